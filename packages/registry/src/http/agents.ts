import type { Agent } from 'node:http'
import { agents, rootCertificates } from './builtins.js'

/** TLS of one host: additional authorities, a client certificate, or no verification at all. */
export interface TlsSettings {
  /** PEM texts of authorities trusted besides the usual ones. */
  readonly ca?: readonly string[]
  /** PEM text of the client's certificate. */
  readonly cert?: string
  /** PEM text of the client's key. */
  readonly key?: string
  /** Accept any certificate. */
  readonly insecure?: boolean
}

/** True for the loopback addresses and `localhost`. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

/** Keep-alive connection pools, one for each TLS setting; idle sockets do not keep the program alive. */
export class Agents {
  readonly #agents = new Map<string, Agent>()

  /** The pool for a URL. Proxies come from HTTP_PROXY, HTTPS_PROXY and NO_PROXY where Node supports it; never for loopback. */
  for(url: URL, tls: TlsSettings | undefined): Agent {
    const proxied = !isLoopback(url.hostname)
    const key = `${url.protocol}${proxied}${url.protocol === 'https:' && tls !== undefined ? JSON.stringify([url.host, tls]) : ''}`
    let agent = this.#agents.get(key)
    if (agent === undefined) {
      const common = { keepAlive: true, maxSockets: 16, ...(proxied ? { proxyEnv: process.env } : {}) }
      agent =
        url.protocol === 'https:'
          ? agents.https({
              ...common,
              ...(tls?.ca === undefined ? {} : { ca: [...rootCertificates(), ...tls.ca] }),
              ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
              ...(tls?.key === undefined ? {} : { key: tls.key }),
              ...(tls?.insecure === true ? { rejectUnauthorized: false } : {}),
            })
          : agents.http(common)
      this.#agents.set(key, agent)
    }
    return agent
  }

  /** Closes all connections. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    this.#agents.clear()
  }
}
