import { CofferdamError, errorMessage, isErrno, type CofferdamErrorOptions } from '@cofferdam/core'

/** An error of a registry: {@link CofferdamError} with what the registry answered. */
export class RegistryError extends CofferdamError {
  /** Host (and port) of the registry or mirror. */
  readonly host: string
  /** HTTP status, where there was an answer. */
  readonly status?: number
  /** Codes of the registry's own errors, like `NAME_UNKNOWN` (distribution-spec, Error Codes). */
  readonly registryCodes: readonly string[]

  constructor(
    code: string,
    message: string,
    options: CofferdamErrorOptions & { host: string; status?: number; registryCodes?: readonly string[] },
  ) {
    super(code, message, options)
    this.name = 'RegistryError'
    this.host = options.host
    if (options.status !== undefined) this.status = options.status
    this.registryCodes = options.registryCodes ?? []
  }
}

/** A URL for messages: without user, password, query and fragment, which may hold secrets. */
export function redactUrl(url: URL | string): string {
  try {
    const parsed = new URL(url)
    return `${parsed.protocol}//${parsed.host}${parsed.pathname}${parsed.search === '' ? '' : '?...'}`
  } catch {
    return '(no URL)'
  }
}

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on that port: check host and port, and whether the registry runs',
  ENOTFOUND: 'the name is not known to DNS: check its spelling and the resolver',
  EAI_AGAIN: 'DNS does not answer: check the resolver and the network',
  ENETUNREACH: 'there is no route to it: check the network',
  EHOSTUNREACH: 'there is no route to it: check the network',
  ETIMEDOUT: 'it does not answer in time: check the network, a firewall or proxy on the way',
  EPROTO: 'it does not speak TLS there: list the registry as insecure if it is served over plain http',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'put its CA into /etc/containers/certs.d/HOST/ca.crt',
  SELF_SIGNED_CERT_IN_CHAIN: 'put its CA into /etc/containers/certs.d/HOST/ca.crt',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'put its CA into /etc/containers/certs.d/HOST/ca.crt',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'put its CA into /etc/containers/certs.d/HOST/ca.crt',
  CERT_HAS_EXPIRED: 'its certificate has expired: the registry has to renew it',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name: use the name it was issued for',
}

/** The error for a registry that cannot be reached. */
export function unreachable(host: string, action: string, cause: unknown): RegistryError {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : undefined
  const hint = Object.entries(causes).find(([name]) => isErrno(cause, name) || code === name)?.[1]
  return new RegistryError(
    'ERR_REGISTRY_UNREACHABLE',
    `${action}: registry ${host} is unreachable: ${errorMessage(cause) || (code ?? 'connection failed')}`,
    {
      host,
      cause,
      hint: hint ?? 'check the network and whether the registry runs',
      ...(code === undefined ? {} : { errno: code }),
    },
  )
}
