import { EventEmitter } from 'node:events'
import { parseRepository, type RepositoryName } from '@cofferdam/image'
import type { CredentialProvider, Credentials } from './credentials/credentials.js'
import { givenCredentials } from './credentials/credentials.js'
import { fileCredentials } from './credentials/provider.js'
import type { Endpoint } from './hosts/endpoint.js'
import { HostResolver, type HostOptions } from './hosts/resolver.js'
import { defaultRetry, type RetryPolicy } from './http/retry.js'
import { RegistryRepository } from './repository/repository.js'
import { Transport } from './transport.js'

/** Options of {@link RegistryClient}. */
export interface RegistryClientOptions extends HostOptions {
  /**
   * Credentials by registry or namespace (`ghcr.io`, `ghcr.io/team`), or a function that finds them; those of Docker's
   * and podman's files unless given.
   */
  readonly credentials?: Readonly<Record<string, Credentials>> | CredentialProvider
  /** Hosts of token servers that may get credentials although they belong to another site than the registry. */
  readonly trustedRealms?: readonly string[]
  readonly retry?: Partial<RetryPolicy>
  /** Milliseconds for a connection to be made; 15,000 unless given. */
  readonly connectTimeout?: number
  /** Milliseconds a connection may be silent; 60,000 unless given. */
  readonly idleTimeout?: number
  /** Bytes of one request of a push; a smaller blob is sent in one. 8 MiB unless given. */
  readonly chunkSize?: number
  readonly userAgent?: string
}

/** A warning a registry sent with an answer: to be shown, never acted on. */
export interface RegistryWarning {
  readonly host: string
  readonly text: string
}

/**
 * A client of the distribution API: connections, tokens and configuration are shared by its repositories. Emits
 * `warning` once for each text a registry sends. Idle connections do not keep the program alive; `close` ends them all.
 */
export class RegistryClient extends EventEmitter<{ warning: [RegistryWarning] }> implements AsyncDisposable {
  readonly #transport: Transport
  readonly #hosts: HostResolver
  readonly #chunkSize: number
  readonly #warned = new Set<string>()
  readonly #endpoints = new Map<string, Promise<Endpoint[]>>()

  constructor(options: RegistryClientOptions = {}) {
    super()
    const { credentials } = options
    this.#hosts = new HostResolver(options)
    this.#chunkSize = options.chunkSize ?? 8 * 1024 * 1024
    this.#transport = new Transport({
      credentials:
        typeof credentials === 'function'
          ? credentials
          : credentials !== undefined
            ? givenCredentials(credentials)
            : fileCredentials(options.env === undefined ? {} : { env: options.env }),
      trustedRealms: options.trustedRealms ?? [],
      retry: { ...defaultRetry, ...options.retry },
      userAgent: options.userAgent ?? 'cofferdam',
      connectTimeout: options.connectTimeout ?? 15_000,
      idleTimeout: options.idleTimeout ?? 60_000,
      onWarning: (host, text) => this.#warn(host, text),
    })
  }

  /**
   * A repository by name (`alpine`, `ghcr.io/a/b`) or by a parsed reference.
   * @throws InvalidReferenceError
   */
  repository(name: string | RepositoryName): RegistryRepository {
    const { registry, repository } = typeof name === 'string' ? parseRepository(name) : name
    const key = `${registry}/${repository}`
    return new RegistryRepository({
      name: { registry, repository },
      transport: this.#transport,
      chunkSize: this.#chunkSize,
      endpoints: () => {
        let endpoints = this.#endpoints.get(key)
        if (endpoints === undefined) {
          endpoints = this.#hosts.endpoints({ registry, repository })
          endpoints.catch(() => this.#endpoints.delete(key))
          this.#endpoints.set(key, endpoints)
        }
        return endpoints
      },
    })
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    this.#transport.close()
  }

  /** {@link RegistryClient.close}, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #warn(host: string, text: string): void {
    const key = `${host} ${text}`
    if (this.#warned.has(key) || this.#warned.size >= 1000) return
    this.#warned.add(key)
    this.emit('warning', { host, text })
  }
}
