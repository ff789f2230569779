import { isErrno } from '@cofferdam/core'
import { deleteLink } from '@cofferdam/netlink'
import { withdrawAddresses } from '../firewall/apply.js'
import { ownerAlive } from '@cofferdam/sys'
import type { HostStack } from '../host/stack.js'
import type { LeaseDirectory } from '../ipam/leases.js'
import type { SweepReport } from '../types.js'
import { vethName } from './messages.js'

/** Removes links, published ports and leases whose owner is dead. The caller holds the lock. */
export async function sweepLeases(stack: HostStack, leases: LeaseDirectory): Promise<SweepReport> {
  const holds = (await leases.holds()).filter(({ owner }) => !ownerAlive(owner))
  await Promise.all(holds.map(({ name }) => leases.leave(name)))
  const dead = (await leases.list())
    .filter(({ owner }) => !ownerAlive(owner))
    .flatMap((lease) => leases.disown(lease) ?? [])
  if (dead.length === 0) return { addresses: [], ports: 0 }
  const ports = await withdrawAddresses(stack, new Set(dead.map(({ address }) => address)))
  for (const lease of dead) {
    try {
      await stack.route.request([deleteLink({ name: vethName(lease.address) })])
    } catch (error) {
      if (!isErrno(error, 'ENODEV')) throw error
    }
    leases.release(lease)
  }
  return { addresses: dead.map(({ address }) => address), ports }
}
