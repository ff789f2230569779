import { homedir } from 'node:os'
import { join } from 'node:path'
import { findInFile, parseAuthFile, readAuthFile, type AuthFile } from './auth-file.js'
import type { CredentialProvider } from './credentials.js'
import { askHelper } from './helper.js'

/** Where credential files are looked for. */
export interface CredentialFileOptions {
  /** The environment; the process's own unless given. */
  readonly env?: NodeJS.ProcessEnv
  /** Home directory; the user's own unless given. */
  readonly home?: string
}

/** The credential files in the order they are asked: podman's, then Docker's. `REGISTRY_AUTH_FILE` replaces all. */
export function credentialFiles(options: CredentialFileOptions = {}): { path: string; legacy: boolean }[] {
  const env = options.env ?? process.env
  const home = options.home ?? env['HOME'] ?? homedir()
  const only = env['REGISTRY_AUTH_FILE']
  if (only !== undefined && only !== '') return [{ path: only, legacy: false }]
  const uid = process.getuid?.()
  const runtime = env['XDG_RUNTIME_DIR']
  const run =
    runtime !== undefined && runtime !== '' ? join(runtime, 'containers') : `/run/containers/${uid ?? 0}`
  return [
    { path: join(run, 'auth.json'), legacy: false },
    { path: join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'containers/auth.json'), legacy: false },
    { path: join(env['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json'), legacy: false },
    { path: join(home, '.dockercfg'), legacy: true },
  ]
}

/**
 * Credentials from what `docker login` and `podman login` keep: the JSON in `DOCKER_AUTH_CONFIG`, the file of
 * `REGISTRY_AUTH_FILE`, podman's auth.json, Docker's config.json, and the helpers these name. The first that knows the
 * repository is taken.
 */
export function fileCredentials(options: CredentialFileOptions = {}): CredentialProvider {
  const env = options.env ?? process.env
  return async (registry, repository) => {
    const ask = async (file: AuthFile | undefined) => {
      const answer = file === undefined ? undefined : findInFile(file, registry, repository)
      if (answer === undefined) return undefined
      return 'credentials' in answer ? answer.credentials : askHelper(answer.helper, registry, env)
    }
    const inline = env['DOCKER_AUTH_CONFIG']
    if (inline !== undefined && inline !== '') {
      const found = await ask(parseAuthFile(inline, 'DOCKER_AUTH_CONFIG'))
      if (found !== undefined) return found
    }
    for (const { path, legacy } of credentialFiles(options)) {
      const found = await ask(await readAuthFile(path, legacy))
      if (found !== undefined) return found
    }
    return undefined
  }
}
