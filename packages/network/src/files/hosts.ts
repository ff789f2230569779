/** What {@link containerHosts} writes besides localhost. */
export interface HostsOptions {
  readonly hostname: string
  /** The container's address; its name points to 127.0.1.1 when it has none. */
  readonly address?: string | undefined
  /** More names: `{ db: '10.0.0.5' }`. */
  readonly extra?: Readonly<Record<string, string>> | undefined
}

/** A container's hosts(5). */
export function containerHosts(options: HostsOptions): string {
  const { hostname, address = '127.0.1.1', extra = {} } = options
  const short = hostname.split('.')[0] ?? hostname
  const names = short === hostname ? hostname : `${hostname} ${short}`
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    `${address}\t${names}`,
    ...Object.entries(extra).map(([name, to]) => `${to}\t${name}`),
    '',
  ].join('\n')
}
