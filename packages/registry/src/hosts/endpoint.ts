import type { RepositoryName } from '@cofferdam/image'
import { isLoopback, type TlsSettings } from '../http/agents.js'

/** What a mirror may be used for: `pull` blobs and manifests by digest, `resolve` tags, `push`. */
export type Capability = 'pull' | 'resolve' | 'push'

/** One place a repository is served from: the registry itself or a mirror. */
export interface Endpoint {
  /** Base of the API with a slash at the end, like `https://registry-1.docker.io/v2/`. */
  readonly base: URL
  /** Path of the repository there. */
  readonly repository: string
  readonly capabilities: ReadonlySet<Capability>
  /** The registry this is a mirror of, sent as `ns` (distribution-spec, Registry Proxying). */
  readonly namespace?: string
  /** The name credentials are looked up by; a mirror never gets those of the registry. */
  readonly credentialHost: string
  /** Not to be asked for a reference with a digest (`pull-from-mirror = "tag-only"`). */
  readonly tagsOnly?: boolean
  readonly tls?: TlsSettings
  /** Fixed headers of the configuration, sent to this host only. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Everything a registry itself can do. */
export const allCapabilities: ReadonlySet<Capability> = new Set(['pull', 'resolve', 'push'])

/** The host whose API serves a registry: Docker Hub's is another than its name. */
export function apiHost(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry
}

/** Host name without port and brackets of `[::1]:5000`. */
export function hostnameOf(host: string): string {
  return new URL(`http://${host}/`).hostname
}

/**
 * The endpoints of a registry itself. Plain http is spoken to loopback addresses; a registry listed as insecure is tried
 * with TLS (any certificate) and then without.
 */
export function originEndpoints(
  name: RepositoryName,
  options: { insecure: boolean; tls?: TlsSettings },
): Endpoint[] {
  const host = apiHost(name.registry)
  const common = {
    repository: name.repository,
    capabilities: allCapabilities,
    credentialHost: name.registry,
  }
  const https = (tls: TlsSettings | undefined): Endpoint => ({
    ...common,
    base: new URL(`https://${host}/v2/`),
    ...(tls === undefined ? {} : { tls }),
  })
  const http: Endpoint = { ...common, base: new URL(`http://${host}/v2/`) }
  if (isLoopback(hostnameOf(host))) {
    return options.tls === undefined ? [http] : [https(options.tls)]
  }
  return options.insecure ? [https({ ...options.tls, insecure: true }), http] : [https(options.tls)]
}
