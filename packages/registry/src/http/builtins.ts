import type { AgentOptions, request } from 'node:http'
import type { AgentOptions as TlsAgentOptions, request as tlsRequest } from 'node:https'

/*
 * Built-in modules at first use. To import node:http as an ES module evaluates the whole of undici, for the WebSocket among
 * its exports, and node:tls decodes all root certificates: 30 ms of every program that has no request to make.
 */

/** node:http for `http:`, node:https for `https:`. */
export function clientFor(protocol: string): { readonly request: typeof request & typeof tlsRequest } {
  return protocol === 'https:'
    ? process.getBuiltinModule('node:https')
    : process.getBuiltinModule('node:http')
}

/** The constructors of connection pools. */
export const agents = {
  http: (options: AgentOptions) => new (process.getBuiltinModule('node:http').Agent)(options),
  https: (options: TlsAgentOptions) => new (process.getBuiltinModule('node:https').Agent)(options),
}

/** The authorities that Node trusts, as PEM texts. */
export const rootCertificates = (): readonly string[] => process.getBuiltinModule('node:tls').rootCertificates
