import { statSync } from 'node:fs'
import { posix, resolve } from 'node:path'
import { CofferdamError, parseBytes } from '@cofferdam/core'

/** A host path seen in the container. */
export interface BindVolume {
  readonly type: 'bind'
  readonly source: string
  readonly readonly: boolean
}

/** Memory seen as a directory. */
export interface TmpfsVolume {
  readonly type: 'tmpfs'
  /** Bytes; half of the machine's memory when undefined (tmpfs(5)). */
  readonly size: number | undefined
  /** Octal permissions, `1777` unless given. */
  readonly mode: string
}

/** What can be mounted at a path of the container. */
export type VolumeSource = BindVolume | TmpfsVolume

/** A host file or directory (like `-v /host:/path`); `readonly` forbids writing. */
export function bind(source: string, options: { readonly readonly?: boolean } = {}): BindVolume {
  return { type: 'bind', source: resolve(source), readonly: options.readonly ?? false }
}

/** Memory as a directory (like `--tmpfs /path:size=64m`). */
export function tmpfs(size?: number | string, options: { readonly mode?: string } = {}): TmpfsVolume {
  return {
    type: 'tmpfs',
    size: size === undefined ? undefined : parseBytes(size, 'tmpfs size'),
    mode: options.mode ?? '1777',
  }
}

/** A mount point with its source, checked. */
export interface Volume {
  readonly target: string
  readonly source: VolumeSource
}

/**
 * Checks mount points: absolute, not `/`, each once, and bind sources exist.
 * @throws CofferdamError `ERR_INVALID_VOLUME`
 */
export function normalizeVolumes(volumes: Readonly<Record<string, VolumeSource | string>> = {}): Volume[] {
  const seen = new Set<string>()
  return Object.entries(volumes).map(([path, given]) => {
    const target = posix.normalize(path).replace(/(.)\/$/, '$1')
    if (!path.startsWith('/') || target === '/' || target.includes('\0')) {
      throw volumeError(path, 'a mount point is an absolute path other than /')
    }
    if (seen.has(target)) throw volumeError(path, 'mounted twice')
    seen.add(target)
    const source = typeof given === 'string' ? bind(requireAbsolute(given)) : given
    if (source.type === 'bind' && statSync(source.source, { throwIfNoEntry: false }) === undefined) {
      throw volumeError(source.source, 'the host has no such file or directory', 'create it first')
    }
    if (source.type === 'tmpfs' && !/^[0-7]{3,4}$/.test(source.mode))
      throw volumeError(path, `not a mode: ${source.mode}`)
    return { target, source }
  })
}

function requireAbsolute(source: string): string {
  if (source.startsWith('/')) return source
  throw volumeError(
    source,
    'not the absolute path of a host directory',
    'named volumes are not supported yet',
  )
}

/** An `ERR_INVALID_VOLUME`. */
export function volumeError(path: string, why: string, hint?: string): CofferdamError {
  return new CofferdamError(
    'ERR_INVALID_VOLUME',
    `volume ${path}: ${why}`,
    hint === undefined ? { path } : { path, hint },
  )
}
