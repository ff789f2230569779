/** What proves who one is to a registry. At most one of password, identity token and registry token is used. */
export interface Credentials {
  readonly username?: string
  readonly password?: string
  /** An OAuth2 refresh token, exchanged at the token endpoint. */
  readonly identityToken?: string
  /** A bearer token sent to the registry as it is. */
  readonly registryToken?: string
  /** Where these come from, for messages: a file, a helper. */
  readonly source?: string
}

/**
 * Finds credentials for a repository of a registry (`docker.io`, `library/alpine`); undefined means anonymous.
 * It is asked with the host of the mirror when a mirror is used.
 */
export type CredentialProvider = (
  registry: string,
  repository: string,
) => Promise<Credentials | undefined> | Credentials | undefined

/** How credential files write Docker Hub. */
export const hubKey = 'https://index.docker.io/v1/'

const hubNames = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io'])

/** One spelling for the keys of credential files: `https://index.docker.io/v1/` is `docker.io`. */
export function normaliseKey(key: string): string {
  const bare = key
    .replace(/^https?:\/\//i, '')
    .replace(/\/+$/, '')
    .replace(/\/v[12]$/, '')
  const slash = bare.indexOf('/')
  const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase()
  return (hubNames.has(host) ? 'docker.io' : host) + (slash < 0 ? '' : bare.slice(slash))
}

/** The keys that may hold credentials of a repository, the most specific first: `host/a/b`, `host/a`, `host`. */
export function candidateKeys(registry: string, repository: string): string[] {
  const parts = repository.split('/')
  const host = normaliseKey(registry)
  return [...parts.map((_, index) => [host, ...parts.slice(0, parts.length - index)].join('/')), host]
}

/** Credentials given by registry or namespace; the longest key wins. */
export function givenCredentials(given: Readonly<Record<string, Credentials>>): CredentialProvider {
  const byKey = new Map(Object.entries(given).map(([key, credentials]) => [normaliseKey(key), credentials]))
  return (registry, repository) => {
    const key = candidateKeys(registry, repository).find((candidate) => byKey.has(candidate))
    return key === undefined ? undefined : byKey.get(key)
  }
}
