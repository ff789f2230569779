import { isLoopback } from '../http/agents.js'
import { RegistryError, redactUrl } from '../errors.js'

/** The last two labels of a host name, three under endings like `co.uk`. */
function site(hostname: string): string {
  const labels = hostname.toLowerCase().split('.')
  const [second = '', top = ''] = labels.slice(-2)
  return labels.slice(top.length === 2 && second.length <= 3 ? -3 : -2).join('.')
}

/**
 * Decides where a token may be asked for. A registry names its token server (the realm) itself, so a hostile one could
 * have credentials or requests sent anywhere: the realm has to be https, or of the registry's own host (or loopback for
 * a loopback registry); credentials are sent only to the registry's own site or a host in `trusted`.
 * @throws RegistryError `ERR_REGISTRY_REALM`
 */
export function checkRealm(
  realm: string | undefined,
  registry: URL,
  options: { credentials: boolean; trusted: readonly string[] },
): URL {
  const refuse = (reason: string, hint: string): RegistryError =>
    new RegistryError('ERR_REGISTRY_REALM', `registry ${registry.host}: its token server ${reason}`, {
      host: registry.host,
      hint,
    })
  if (realm === undefined || !URL.canParse(realm)) {
    throw refuse('is not a URL', 'the registry is misconfigured: its WWW-Authenticate header needs a realm')
  }
  const url = new URL(realm)
  const shown = redactUrl(url)
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') {
    throw refuse(`${shown} is not an http URL`, 'the registry is misconfigured or hostile')
  }
  const sameHost = url.hostname === registry.hostname
  const bothLoopback = isLoopback(url.hostname) && isLoopback(registry.hostname)
  if (isLoopback(url.hostname) && !isLoopback(registry.hostname)) {
    throw refuse(`${shown} is this machine`, 'the registry is misconfigured or hostile')
  }
  if (url.protocol === 'http:' && !bothLoopback && !(sameHost && registry.protocol === 'http:')) {
    throw refuse(
      `${shown} is not served by https`,
      'tokens travel over TLS only; the registry has to offer it',
    )
  }
  const trusted = sameHost || bothLoopback || options.trusted.includes(url.host)
  const sameSite = !/^[\d.]+$|:/.test(url.hostname) && site(url.hostname) === site(registry.hostname)
  if (options.credentials && !trusted && !sameSite) {
    throw refuse(
      `${shown} belongs to another site, credentials are not sent there`,
      `if you trust it, add ${url.host} to the option trustedRealms`,
    )
  }
  return url
}
