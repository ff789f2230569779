import type { SetRef, TableRef } from '@cofferdam/netlink'

/** The one table of ours in a network namespace; `nft list table inet cofferdam` shows it. */
export const table: TableRef = { family: 'inet', name: 'cofferdam' }

/** The maps and sets that grow and shrink; the rules that use them never change. */
export const sets = {
  /** protocol . port, published on every address of the host: container address . port */
  published: { table, name: 'published' },
  /** address . protocol . port, published on one address: container address . port */
  publishedAt: { table, name: 'published_at' },
  /** names of our bridges */
  bridges: { table, name: 'bridges' },
  /** outgoing bridge: chain that filters what enters its network */
  enter: { table, name: 'enter' },
  /** incoming bridge: chain that filters what leaves its network */
  leave: { table, name: 'leave' },
  /** outgoing bridge: chain that rewrites sources of what enters its network */
  sourceEnter: { table, name: 'source_enter' },
  /** incoming bridge: chain that rewrites sources of what leaves its network */
  sourceLeave: { table, name: 'source_leave' },
} as const satisfies Record<string, SetRef>

/** A chain without rules whose existence says: ip_forward was 0 before us. */
export const restoreForwardChain = 'restore_ip_forward'

/** Names of the chains of the network on a bridge. */
export function networkChains(
  bridge: string,
): Record<'enter' | 'leave' | 'sourceEnter' | 'sourceLeave', string> {
  return {
    enter: `enter_${bridge}`,
    leave: `leave_${bridge}`,
    sourceEnter: `source_enter_${bridge}`,
    sourceLeave: `source_leave_${bridge}`,
  }
}
