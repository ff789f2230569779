import { isCofferdamError } from '@cofferdam/core'
import { Authorizer, type Scopes } from './auth/authorizer.js'
import type { TokenTransport } from './auth/token.js'
import type { CredentialProvider } from './credentials/credentials.js'
import { RegistryError, redactUrl, unreachable } from './errors.js'
import type { Endpoint } from './hosts/endpoint.js'
import { Agents } from './http/agents.js'
import { discard, readBody, send, type HttpResponse } from './http/request.js'
import { backoff, isRetryError, isRetryStatus, pause, retryAfter, type RetryPolicy } from './http/retry.js'
import { parseWarnings } from './http/warning.js'

/** One request to a registry. */
export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path below the endpoint's base, or a whole URL that the registry gave. */
  readonly target: string | URL
  /** What is attempted, for messages: `pull docker.io/library/alpine:3`. */
  readonly action: string
  readonly scopes: Scopes
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: readonly Uint8Array[]
  /** Attempts in all, instead of the policy's. */
  readonly attempts?: number
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link Transport}. */
export interface TransportOptions {
  readonly credentials: CredentialProvider
  readonly trustedRealms: readonly string[]
  readonly retry: RetryPolicy
  readonly userAgent: string
  readonly connectTimeout: number
  readonly idleTimeout: number
  readonly onWarning: (host: string, text: string) => void
}

const maxRedirects = 5
const redirects = new Set([301, 302, 303, 307, 308])
const downTime = 30_000

/** Requests with authentication, redirects, repeated attempts and warnings; connection pools and tokens are shared. */
export class Transport {
  readonly retry: RetryPolicy
  readonly #options: TransportOptions
  readonly #agents = new Agents()
  readonly #authorizer: Authorizer
  readonly #down = new Map<string, number>()

  constructor(options: TransportOptions) {
    this.#options = options
    this.retry = options.retry
    this.#authorizer = new Authorizer({
      credentials: options.credentials,
      trustedRealms: options.trustedRealms,
      transport: (endpoint) => this.#tokenTransport(endpoint),
    })
  }

  /** The endpoints with those last that could not be reached within the last half minute. */
  order(endpoints: readonly Endpoint[]): Endpoint[] {
    const down = (endpoint: Endpoint): boolean =>
      (this.#down.get(endpoint.base.origin) ?? -Infinity) > performance.now() - downTime
    return [...endpoints.filter((endpoint) => !down(endpoint)), ...endpoints.filter(down)]
  }

  /** Remembers that an endpoint could not be reached. */
  markDown(endpoint: Endpoint): void {
    this.#down.set(endpoint.base.origin, performance.now())
  }

  /** The URL of a path of an endpoint; mirrors are told which registry is meant. */
  url(endpoint: Endpoint, path: string): URL {
    const url = new URL(path, endpoint.base)
    if (endpoint.namespace !== undefined) url.searchParams.set('ns', endpoint.namespace)
    return url
  }

  /**
   * Sends a request until there is an answer that is no reason for another attempt. Whatever its status, the answer is
   * returned, its body unread.
   * @throws RegistryError `ERR_REGISTRY_UNREACHABLE`, and those of authentication
   */
  async exchange(endpoint: Endpoint, exchange: Exchange): Promise<HttpResponse> {
    const { signal, scopes, action } = exchange
    const policy = this.retry
    const attempts = exchange.attempts ?? policy.attempts
    let authorization = this.#authorizer.header(endpoint, scopes)
    let challenges = 0
    for (let attempt = 1; ;) {
      let response: HttpResponse
      try {
        response = await this.#follow(endpoint, exchange, authorization)
      } catch (error) {
        signal?.throwIfAborted()
        if (isCofferdamError(error)) throw error
        if (attempt >= attempts || !isRetryError(error)) throw unreachable(endpoint.base.host, action, error)
        attempt += 1
        await pause(backoff(policy, attempt), signal)
        continue
      }
      for (const text of parseWarnings(response.headers.warning)) {
        this.#options.onWarning(endpoint.base.host, text)
      }
      const own = response.url.origin === endpoint.base.origin
      if (response.status === 401 && own && challenges < 2) {
        challenges += 1
        discard(response)
        const header = response.headers['www-authenticate']
        authorization = await this.#authorizer.answer(endpoint, scopes, header, authorization, signal)
        continue
      }
      if (!isRetryStatus(response.status) || attempt >= attempts) return response
      const asked = retryAfter(response.headers['retry-after'], Date.now())
      if (asked !== undefined && asked > policy.maxRetryAfter) return response
      discard(response)
      attempt += 1
      await pause(Math.max(asked ?? 0, backoff(policy, attempt)), signal)
    }
  }

  /** {@link exchange}, with the body of an answer of status 200 read; a body cut short counts as a failed attempt. */
  async exchangeBytes(
    endpoint: Endpoint,
    exchange: Exchange,
    limit: number,
  ): Promise<{ response: HttpResponse; bytes: Buffer | undefined }> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.exchange(endpoint, exchange)
      if (response.status !== 200) return { response, bytes: undefined }
      try {
        return { response, bytes: await readBody(response, limit, exchange.action) }
      } catch (error) {
        exchange.signal?.throwIfAborted()
        if (isCofferdamError(error)) throw error
        if (attempt >= this.retry.attempts || !isRetryError(error)) {
          throw unreachable(endpoint.base.host, exchange.action, error)
        }
        await pause(backoff(this.retry, attempt + 1), exchange.signal)
      }
    }
  }

  /** Closes idle and busy connections. */
  close(): void {
    this.#agents.close()
  }

  async #follow(
    endpoint: Endpoint,
    exchange: Exchange,
    authorization: string | undefined,
  ): Promise<HttpResponse> {
    const { method, target, headers = {}, body, signal, action } = exchange
    let url = typeof target === 'string' ? this.url(endpoint, target) : target
    for (let redirect = 0; ; redirect += 1) {
      // Credentials and configured headers belong to one origin; a redirect to another gets none of them.
      const own = url.origin === endpoint.base.origin
      const response = await send({
        method,
        url,
        agent: this.#agents.for(url, own || url.host === endpoint.base.host ? endpoint.tls : undefined),
        headers: {
          'user-agent': this.#options.userAgent,
          'accept-encoding': 'identity',
          ...headers,
          ...(own ? endpoint.headers : {}),
          ...(own && authorization !== undefined ? { authorization } : {}),
        },
        connectTimeout: this.#options.connectTimeout,
        idleTimeout: this.#options.idleTimeout,
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      })
      const { location } = response.headers
      if (
        !redirects.has(response.status) ||
        location === undefined ||
        (method !== 'GET' && method !== 'HEAD')
      ) {
        return response
      }
      discard(response)
      const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined
      const downgrade = url.protocol === 'https:' && next?.protocol !== 'https:'
      if (redirect === maxRedirects || next === undefined || !/^https?:$/.test(next.protocol) || downgrade) {
        throw new RegistryError(
          'ERR_REGISTRY_PROTOCOL',
          `${action}: registry ${endpoint.base.host} redirects ${redirect === maxRedirects ? 'too often' : `to ${redactUrl(next ?? '')}`}`,
          { host: endpoint.base.host, hint: 'a redirect has to lead to https, or from http to http' },
        )
      }
      url = next
    }
  }

  #tokenTransport(endpoint: Endpoint): TokenTransport {
    return async (method, url, headers, body, signal) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const response = await send({
            method,
            url,
            agent: this.#agents.for(url, url.host === endpoint.base.host ? endpoint.tls : undefined),
            headers: { 'user-agent': this.#options.userAgent, accept: 'application/json', ...headers },
            connectTimeout: this.#options.connectTimeout,
            idleTimeout: this.#options.idleTimeout,
            ...(body === undefined ? {} : { body: [body] }),
            ...(signal === undefined ? {} : { signal }),
          })
          if (!isRetryStatus(response.status) || attempt >= this.retry.attempts) return response
          const asked = retryAfter(response.headers['retry-after'], Date.now()) ?? 0
          if (asked > this.retry.maxRetryAfter) return response
          discard(response)
          await pause(Math.max(asked, backoff(this.retry, attempt + 1)), signal)
        } catch (error) {
          signal?.throwIfAborted()
          if (attempt >= this.retry.attempts || !isRetryError(error)) {
            throw unreachable(url.host, `get a token for registry ${endpoint.base.host}`, error)
          }
          await pause(backoff(this.retry, attempt + 1), signal)
        }
      }
    }
  }
}
