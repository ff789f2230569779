import { readFile } from 'node:fs/promises'
import { CofferdamError, errorMessage, isErrno } from '@cofferdam/core'
import { candidateKeys, normaliseKey, type Credentials } from './credentials.js'

/** A credential file of Docker (config.json) or podman (auth.json), read. */
export interface AuthFile {
  /** The path, or the environment variable. */
  readonly source: string
  /** Entries by normalised key: a host, or with podman a namespace. */
  readonly auths: ReadonlyMap<string, Credentials>
  /** Helper programs by normalised key. */
  readonly helpers: ReadonlyMap<string, string>
  /** Helper for all other hosts. */
  readonly store: string | undefined
}

/** An answer of {@link findInFile}: the credentials, or the helper that has to be asked. */
export type AuthAnswer = { readonly credentials: Credentials } | { readonly helper: string }

function invalid(source: string, reason: string, cause?: unknown): CofferdamError {
  return new CofferdamError('ERR_INVALID_CREDENTIAL_FILE', `${source}: ${reason}`, {
    path: source,
    hint: 'log in again with docker login or podman login, or repair the file',
    ...(cause === undefined ? {} : { cause }),
  })
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

function entry(value: unknown, key: string, source: string): Credentials | undefined {
  const fields = record(value)
  let username = text(fields['username'])
  let password = text(fields['password'])
  const auth = text(fields['auth'])
  if (auth !== undefined) {
    const decoded = Buffer.from(auth, 'base64').toString('utf8')
    const colon = decoded.indexOf(':')
    if (colon < 0) throw invalid(source, `the entry of ${key} is not base64 of user:password`)
    username = decoded.slice(0, colon)
    password = decoded.slice(colon + 1).replace(/\0+$/, '')
  }
  const identityToken = text(fields['identitytoken'])
  const registryToken = text(fields['registrytoken'])
  if (username === undefined && identityToken === undefined && registryToken === undefined) return undefined
  return {
    source,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(identityToken === undefined ? {} : { identityToken }),
    ...(registryToken === undefined ? {} : { registryToken }),
  }
}

/**
 * Reads the text of a credential file. `legacy` is the format of ~/.dockercfg, which is the content of `auths` alone.
 * @throws CofferdamError `ERR_INVALID_CREDENTIAL_FILE`
 */
export function parseAuthFile(content: string, source: string, legacy = false): AuthFile {
  let parsed: unknown
  try {
    parsed = JSON.parse(content)
  } catch {
    // The text of the error would quote the file, and with it secrets.
    throw invalid(source, 'not JSON')
  }
  const root = record(parsed)
  const auths = new Map<string, Credentials>()
  for (const [key, value] of Object.entries(legacy ? root : record(root['auths']))) {
    const credentials = entry(value, key, source)
    if (credentials !== undefined) auths.set(normaliseKey(key), credentials)
  }
  const helpers = new Map<string, string>()
  for (const [key, value] of Object.entries(legacy ? {} : record(root['credHelpers']))) {
    if (typeof value === 'string') helpers.set(normaliseKey(key), value)
  }
  return { source, auths, helpers, store: legacy ? undefined : text(root['credsStore']) }
}

/** Reads a credential file; undefined if there is none. */
export async function readAuthFile(path: string, legacy = false): Promise<AuthFile | undefined> {
  let content: string
  try {
    content = await readFile(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return undefined
    throw invalid(path, errorMessage(error), error)
  }
  return parseAuthFile(content, path, legacy)
}

/** Looks a repository up in a file: the longest key wins, as podman does; a helper of a key before its entry. */
export function findInFile(file: AuthFile, registry: string, repository: string): AuthAnswer | undefined {
  for (const key of candidateKeys(registry, repository)) {
    const helper = file.helpers.get(key)
    if (helper !== undefined) return helper === '' ? undefined : { helper }
    const credentials = file.auths.get(key)
    if (credentials !== undefined) return { credentials }
  }
  return file.store === undefined ? undefined : { helper: file.store }
}
