import { createNetns, openSockets } from '@cofferdam/netlink'
import { closeQuietly } from '@cofferdam/sys'
import type { HostStack } from '../host/stack.js'
import type { AttachOptions } from '../types.js'

const netlinkRoute = [16, 3, 0] as const

/** A container's namespace and a socket inside it. */
export interface Endpoint {
  readonly netns: number
  readonly routeFd: number
  /** Index its first link will have; undefined in a namespace that someone else made. */
  readonly nextIndex: number | undefined
}

/** IPv6 is off where there is no IPv6 address: its multicast would cost every other port of the bridge. */
const withoutIpv6 = { 'ipv6/conf/default/disable_ipv6': '1' }

/** Makes the namespace, or opens a socket in the one given. */
export async function openEndpoint(stack: HostStack, options: AttachOptions): Promise<Endpoint> {
  if (options.netns !== undefined) {
    const [routeFd = -1] = await openSockets(stack.netnsLane, [netlinkRoute], options.netns)
    return { netns: options.netns, routeFd, nextIndex: undefined }
  }
  const made = await createNetns(stack.netnsLane, { sysctls: { ...withoutIpv6, ...options.sysctls } })
  return { netns: made.fd, routeFd: made.routeFd, nextIndex: made.nextIndex }
}

/** Closes what {@link openEndpoint} opened; the kernel then tears a namespace of ours down. */
export function closeEndpoint(endpoint: Endpoint): void {
  closeQuietly(endpoint.routeFd)
  if (endpoint.nextIndex !== undefined) closeQuietly(endpoint.netns)
}
