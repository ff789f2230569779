/** Asked when the host's own name servers cannot be reached from a container. */
const fallback = ['1.1.1.1', '8.8.8.8']

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line))
}

/** IPv4 servers off the loopback: a container has a loopback of its own and no IPv6 address. */
function reachable(conf: readonly string[]): string[] {
  return conf
    .filter((line) => /^nameserver\s/.test(line))
    .map((line) => line.split(/\s+/)[1] ?? '')
    .filter((server) => /^\d+\.\d+\.\d+\.\d+$/.test(server) && !server.startsWith('127.'))
}

/** True when a container could ask one of the servers of this resolv.conf. */
export function hasReachableServer(conf: string): boolean {
  return reachable(lines(conf)).length > 0
}

/**
 * A container's resolv.conf(5) from the host's: name servers a container cannot reach are left out; when none
 * remains, public ones (1.1.1.1, 8.8.8.8) are used. `servers` replaces the host's.
 */
export function containerResolvConf(host: string, servers: readonly string[] = []): string {
  const conf = lines(host)
  const own = reachable(conf)
  const chosen = servers.length > 0 ? servers : own.length > 0 ? own : fallback
  const others = conf.filter((line) => /^(search|domain|options)\s/.test(line))
  return [...chosen.map((server) => `nameserver ${server}`), ...others, ''].join('\n')
}
