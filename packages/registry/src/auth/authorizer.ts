import { abortable } from '@cofferdam/core'
import type { CredentialProvider, Credentials } from '../credentials/credentials.js'
import { RegistryError } from '../errors.js'
import type { Endpoint } from '../hosts/endpoint.js'
import { parseChallenges, type Challenge } from '../http/challenge.js'
import { checkRealm } from './realm.js'
import { basic, fetchToken, loginHint, type TokenTransport } from './token.js'

/** What the `Authorization` header has to allow: `repository:NAME:pull,push` for each repository. */
export type Scopes = readonly string[]

interface Grant {
  readonly header: string
  readonly expires: number
}

/** The scope of one repository. Source: distribution, spec/auth/scope.md. */
export function repositoryScope(repository: string, ...actions: ('pull' | 'push' | 'delete')[]): string {
  return `repository:${repository}:${actions.join(',')}`
}

const key = (endpoint: Endpoint, scopes: Scopes): string =>
  `${endpoint.base.origin} ${[...scopes].sort().join(' ')}`

/** Options of {@link Authorizer}. */
export interface AuthorizerOptions {
  readonly credentials: CredentialProvider
  readonly transport: (endpoint: Endpoint) => TokenTransport
  readonly trustedRealms: readonly string[]
}

/**
 * Answers challenges of registries and remembers what was granted, by host and scope. Requests that need the same token
 * at the same time share one exchange.
 */
export class Authorizer {
  readonly #options: AuthorizerOptions
  readonly #grants = new Map<string, Grant>()
  readonly #pending = new Map<string, Promise<Grant>>()

  constructor(options: AuthorizerOptions) {
    this.#options = options
  }

  /** The header granted earlier for these scopes, if it is still valid. */
  header(endpoint: Endpoint, scopes: Scopes): string | undefined {
    const grant = this.#grants.get(key(endpoint, scopes))
    return grant !== undefined && grant.expires > performance.now() ? grant.header : undefined
  }

  /**
   * Answers a 401: returns the header to try again with. `refused` is the header the registry did not take; the same is
   * never returned twice.
   * @throws RegistryError `ERR_REGISTRY_UNAUTHORIZED`, `ERR_REGISTRY_REALM`, `ERR_REGISTRY_TOKEN`
   */
  async answer(
    endpoint: Endpoint,
    scopes: Scopes,
    challenge: string | undefined,
    refused: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const name = key(endpoint, scopes)
    const known = this.header(endpoint, scopes)
    if (known !== undefined && known !== refused) return known
    this.#grants.delete(name)
    let pending = this.#pending.get(name)
    if (pending === undefined) {
      // Shared by several requests: the abort of one must not fail the others.
      pending = this.#grant(endpoint, scopes, challenge).finally(() => this.#pending.delete(name))
      this.#pending.set(name, pending)
    }
    const grant = await abortable(pending, signal)
    if (grant.header === refused) throw this.#refused(endpoint, await this.#credentials(endpoint))
    this.#grants.set(name, grant)
    return grant.header
  }

  async #grant(endpoint: Endpoint, scopes: Scopes, header: string | undefined): Promise<Grant> {
    const challenges = parseChallenges(header ?? '')
    const credentials = await this.#credentials(endpoint)
    if (credentials?.registryToken !== undefined) {
      return { header: `Bearer ${credentials.registryToken}`, expires: Infinity }
    }
    const bearer = challenges.find((challenge) => challenge.scheme === 'bearer')
    if (bearer !== undefined) return this.#bearer(endpoint, scopes, bearer, credentials)
    if (!challenges.some((challenge) => challenge.scheme === 'basic')) {
      throw new RegistryError(
        'ERR_REGISTRY_PROTOCOL',
        `registry ${endpoint.base.host}: asks for authentication, but neither Bearer nor Basic`,
        { host: endpoint.base.host, status: 401 },
      )
    }
    if (credentials?.username === undefined || credentials.password === undefined) {
      throw this.#refused(endpoint, undefined)
    }
    return { header: basic(credentials.username, credentials.password), expires: Infinity }
  }

  async #bearer(
    endpoint: Endpoint,
    scopes: Scopes,
    { parameters }: Challenge,
    credentials: Credentials | undefined,
  ): Promise<Grant> {
    const realm = checkRealm(parameters['realm'], endpoint.base, {
      credentials: credentials !== undefined,
      trusted: this.#options.trustedRealms,
    })
    const asked = parameters['scope']?.split(' ').filter((scope) => scope !== '') ?? []
    const start = performance.now()
    const { token, lifetime } = await fetchToken(
      {
        realm,
        service: parameters['service'],
        scopes: scopes.length > 0 ? scopes : asked,
        credentials,
        host: endpoint.base.host,
      },
      this.#options.transport(endpoint),
    )
    // A tenth early: the clock runs while the request travels.
    return { header: `Bearer ${token}`, expires: start + lifetime * 0.9 }
  }

  async #credentials(endpoint: Endpoint): Promise<Credentials | undefined> {
    return this.#options.credentials(endpoint.credentialHost, endpoint.repository)
  }

  #refused(endpoint: Endpoint, credentials: Credentials | undefined): RegistryError {
    const { host } = endpoint.base
    const who = credentials?.username === undefined ? '' : ` for user ${JSON.stringify(credentials.username)}`
    const from = credentials?.source === undefined ? '' : ` (from ${credentials.source})`
    return new RegistryError(
      'ERR_REGISTRY_UNAUTHORIZED',
      credentials === undefined
        ? `registry ${host}: ${endpoint.repository} needs credentials, and there are none for it`
        : `registry ${host}: the credentials${who}${from} were refused for ${endpoint.repository}`,
      { host, status: 401, hint: loginHint(endpoint.credentialHost) },
    )
  }
}
