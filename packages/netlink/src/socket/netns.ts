import { syscallError } from '@cofferdam/core'
import type { Lane } from '@cofferdam/sys'
import { AF_NETLINK, SOCK_RAW, calls, protocolNumbers } from './native.js'

/** Values below `/proc/sys/net`, by name: `{ 'ipv6/conf/default/disable_ipv6': '1' }`. */
export type Sysctls = Readonly<Record<string, string>>

/** A new network namespace; whoever holds `fd` keeps it alive. */
export interface Netns {
  /** The namespace, O_CLOEXEC. */
  readonly fd: number
  /** A routing netlink socket inside it, O_CLOEXEC. */
  readonly routeFd: number
  /** Index that its next link gets. */
  readonly nextIndex: number
}

/**
 * Makes a network namespace on the lane's thread, like `ip netns add` without a name, and writes the sysctls that
 * must be there before its first link.
 * @throws CofferdamError `ERR_SYSCALL`: EPERM without CAP_SYS_ADMIN, ENOSPC over user.max_net_namespaces
 */
export async function createNetns(lane: Lane, options: { readonly sysctls?: Sysctls } = {}): Promise<Netns> {
  const entries = Object.entries(options.sysctls ?? {})
  const result = await calls().netnsCreate(lane.handle, entries.flat(), [
    AF_NETLINK,
    SOCK_RAW,
    protocolNumbers.route,
  ])
  if (typeof result === 'number') {
    throw syscallError('unshare', result, {
      action: 'create a network namespace',
      hint: 'needs CAP_SYS_ADMIN; ENOSPC: raise user.max_net_namespaces',
    })
  }
  const [fd = -1, nextIndex = -1, routeFd = -1] = result
  if (fd < 0)
    throw syscallError('write', fd, { action: 'set the sysctl', path: entries[nextIndex]?.[0] ?? '' })
  return { fd, nextIndex, routeFd }
}

/**
 * Writes sysctls of a network namespace (-1: the caller's own) and returns what they were. `null` only reads; one
 * that does not exist is undefined in the answer when it was only read.
 * @throws CofferdamError `ERR_SYSCALL`
 */
export async function netnsSysctls(
  lane: Lane,
  netns: number,
  values: Readonly<Record<string, string | null>>,
): Promise<Record<string, string | undefined>> {
  const entries = Object.entries(values)
  const result = await calls().netnsSysctl(lane.handle, netns, entries.flat())
  if (typeof result === 'number')
    throw syscallError('setns', result, { action: 'enter the network namespace' })
  return Object.fromEntries(
    entries.map(([name, value], index) => {
      const before = result[index]
      if (typeof before === 'string') return [name, before]
      if (value === null) return [name, undefined]
      throw syscallError('write', before ?? -22, { action: 'set the sysctl', path: `net/${name}` })
    }),
  )
}
