import {
  IPS_DST_NAT,
  bitwise,
  cmp,
  ct,
  ctState,
  deleteChain,
  deleteElements,
  interfaceName,
  masquerade,
  meta,
  newChain,
  newElements,
  newRule,
  addressBytes,
  verdict,
  type Expression,
  type Message,
} from '@cofferdam/netlink'
import { numberAddress, type Prefix } from '../ipam/prefix.js'
import { hostU32, inPrefix } from './base.js'
import { networkChains, sets, table } from './names.js'

/** What the firewall must know of a network. */
export interface FirewalledNetwork {
  readonly bridge: string
  readonly subnet: Prefix
  /** No traffic to or from anything but its own containers and the host. */
  readonly internal: boolean
  /** Containers do not reach each other. */
  readonly isolated: boolean
  /** Hide container addresses behind the host's. */
  readonly masquerade: boolean
}

const bits = (load: Expression, mask: number): readonly Expression[] => [
  load,
  bitwise(hostU32(mask)),
  cmp('neq', hostU32(0)),
]
const rewritten = bits(ct('status'), IPS_DST_NAT)
const accept = verdict({ verdict: 'accept' })
const drop = verdict({ verdict: 'drop' })

const mapped = ['enter', 'leave', 'sourceEnter', 'sourceLeave'] as const

/** The chains of one network and its elements in the maps that lead to them. */
export function networkRules(network: FirewalledNetwork): Message[] {
  const { bridge, subnet } = network
  const chains = networkChains(bridge)
  const name = interfaceName(bridge)
  const base = addressBytes(numberAddress(subnet.base))
  const rule = (chain: string, ...expressions: readonly Expression[]): Message =>
    newRule({ table, chain, expressions })
  return [
    ...mapped.map((one) => newChain({ table, name: chains[one] }, { exclusive: true })),
    rule(chains.enter, ...bits(ct('state'), ctState.established | ctState.related), accept),
    ...(network.internal ? [] : [rule(chains.enter, ...rewritten, accept)]),
    ...(network.isolated ? [] : [rule(chains.enter, meta('iifname'), cmp('eq', name), accept)]),
    rule(chains.enter, drop),
    ...(network.internal ? [rule(chains.leave, meta('oifname'), cmp('neq', name), drop)] : []),
    // A published port reached from its own network or from 127.0.0.1: the answer must come back through here.
    rule(chains.sourceEnter, ...inPrefix('saddr', Uint8Array.of(127, 0, 0, 0), 8), masquerade()),
    rule(chains.sourceEnter, ...rewritten, ...inPrefix('saddr', base, subnet.length), masquerade()),
    ...(network.masquerade && !network.internal
      ? [
          rule(
            chains.sourceLeave,
            meta('oifname'),
            cmp('neq', name),
            ...inPrefix('saddr', base, subnet.length),
            masquerade(),
          ),
        ]
      : []),
    ...newElements(sets.bridges, [{ key: name }]),
    ...mapped.flatMap((one) =>
      newElements(sets[one], [{ key: name, data: { verdict: 'jump', chain: chains[one] } }]),
    ),
  ]
}

/** Undoes {@link networkRules}. */
export function removeNetworkRules(bridge: string): Message[] {
  const chains = networkChains(bridge)
  const key = interfaceName(bridge)
  return [
    ...deleteElements(sets.bridges, [{ key }]),
    ...mapped.flatMap((one) => deleteElements(sets[one], [{ key }])),
    ...mapped.map((one) => deleteChain({ table, name: chains[one] })),
  ]
}
