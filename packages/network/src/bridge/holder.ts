import { listElements } from '../firewall/apply.js'
import { sets } from '../firewall/names.js'
import { elementMatches, elementTarget } from '../firewall/publish.js'
import type { HostStack } from '../host/stack.js'
import type { LeaseDirectory } from '../ipam/leases.js'
import type { PublishedPort } from '../ports/port.js'

/** The container that a host port is published for, if it is one of this network. */
export async function portHolder(
  stack: HostStack,
  leases: LeaseDirectory,
  port: PublishedPort,
): Promise<string | undefined> {
  for (const set of [sets.published, sets.publishedAt]) {
    const element = (await listElements(stack, set)).find((one) => elementMatches(one, port))
    const target = element === undefined ? undefined : elementTarget(element)
    const lease = (await leases.list()).find(({ address }) => address === target)
    if (lease !== undefined) return lease.containerId
  }
  return undefined
}
