import { bind, tmpfs, volumeError, type VolumeSource } from './volumes.js'

/**
 * Reads Docker's `-v` text: `/host:/path[:ro]`.
 * @throws CofferdamError `ERR_INVALID_VOLUME`
 */
export function parseVolume(text: string): [target: string, source: VolumeSource] {
  const [source, target, mode, ...rest] = text.split(':')
  if (!source || !target || rest.length > 0) throw volumeError(text, 'not HOST:PATH[:ro]')
  const flags = mode?.split(',') ?? []
  const unknown = flags.find((flag) => !['ro', 'rw', 'z', 'Z'].includes(flag))
  if (unknown !== undefined) throw volumeError(text, `unknown option ${unknown}`, 'ro and rw are known')
  if (!/^[./~]/.test(source))
    throw volumeError(
      text,
      'named volumes are not supported yet',
      'write the host path with a leading / or ./',
    )
  return [target, bind(source, { readonly: flags.includes('ro') })]
}

/**
 * Reads Docker's `--tmpfs` text: `/path[:size=64m,mode=1777]`.
 * @throws CofferdamError `ERR_INVALID_VOLUME`
 */
export function parseTmpfs(text: string): [target: string, source: VolumeSource] {
  const [target, options = ''] = text.split(/:(.*)/s)
  const values = new Map(
    options
      .split(',')
      .filter(Boolean)
      .map((pair) => pair.split('=', 2) as [string, string]),
  )
  for (const key of values.keys())
    if (!['size', 'mode', 'rw'].includes(key)) throw volumeError(text, `unknown option ${key}`)
  const mode = values.get('mode')
  return [target as string, tmpfs(values.get('size'), mode === undefined ? {} : { mode })]
}
