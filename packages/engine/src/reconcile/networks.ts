import type { EngineContext } from '../launch/context.js'
import type { Inconsistency } from './finding.js'

/** Networks with addresses, links or ports of dead processes, or of which nothing but that is left. */
export function inspectNetworks(context: EngineContext): Inconsistency[] {
  return context.networks.dead().map(({ name, addresses, abandoned }) => ({
    kind: 'network',
    object: name,
    problem: abandoned
      ? 'is in the kernel, but nobody uses it'
      : `is held by dead processes${addresses.length > 0 ? `, with ${addresses.join(', ')}` : ''}`,
    repair: () => context.networks.sweep(),
  }))
}
