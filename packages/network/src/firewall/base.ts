import { endianness } from 'node:os'
import {
  NFPROTO,
  bitwise,
  cmp,
  dnat,
  fib,
  lookup,
  meta,
  newChain,
  newRule,
  newSet,
  newTable,
  payload,
  verdict,
  word,
  type Expression,
  type Message,
} from '@cofferdam/netlink'
import { restoreForwardChain, sets, table } from './names.js'

const RTN_LOCAL = 2

/** Four bytes in the kernel's own order, as registers hold numbers that are not of the network. */
export function hostU32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  if (endianness() === 'LE') bytes.writeUInt32LE(value)
  else bytes.writeUInt32BE(value)
  return bytes
}

/** `meta nfproto ipv4` */
export const isIpv4: readonly Expression[] = [meta('nfproto'), cmp('eq', Uint8Array.of(NFPROTO.IPV4))]

/** `ip saddr PREFIX` (offset 12) or `ip daddr PREFIX` (offset 16), for IPv4 packets. */
export function inPrefix(field: 'saddr' | 'daddr', base: Uint8Array, length: number): readonly Expression[] {
  const mask = Buffer.alloc(4)
  mask.writeUInt32BE(length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0)
  return [...isIpv4, payload('network', field === 'saddr' ? 12 : 16, 4), bitwise(mask), cmp('eq', base)]
}

const loopback = Uint8Array.of(127, 0, 0, 0)
const destinationIsOurs = [...isIpv4, fib(['daddr'], 'type'), cmp('eq', hostU32(RTN_LOCAL))]

function rule(chain: string, comment: string, ...expressions: readonly Expression[]): Message {
  return newRule({ table, chain, expressions, comment })
}

function publishRules(): Message[] {
  return [
    rule(
      'publish',
      'ports published on one address',
      ...destinationIsOurs,
      payload('network', 16, 4, word(0)),
      meta('l4proto', word(1)),
      payload('transport', 2, 2, word(2)),
      lookup(sets.publishedAt.name, { into: 1 }),
      dnat('ip', 1, word(1)),
    ),
    rule(
      'publish',
      'ports published on every address',
      ...destinationIsOurs,
      meta('l4proto', word(0)),
      payload('transport', 2, 2, word(1)),
      lookup(sets.published.name, { into: 1 }),
      dnat('ip', 1, word(1)),
    ),
  ]
}

/**
 * The table as it is before any network: maps, base chains and the rules that look into the maps, so that a packet
 * costs the same with one published port as with ten thousand. Fails with EEXIST if the table is there.
 *
 * With `forwardWasOff` packets that are forwarded neither from nor to a network of ours are dropped: turning
 * ip_forward on must not make a router of this host.
 */
export function baseRuleset(options: { readonly forwardWasOff: boolean }): Message[] {
  const jump = (chain: string, set: string, key: 'iifname' | 'oifname', comment: string): Message =>
    rule(chain, comment, meta(key), lookup(set, { into: 0 }))
  const fromBridge = [meta('iifname'), lookup(sets.bridges.name)]
  const verdictMap = { key: ['ifname'], data: 'verdict' } as const
  return [
    newTable(table, { exclusive: true }),
    newSet({
      ...sets.published,
      key: ['inet_proto', 'inet_service'],
      data: ['ipv4_addr', 'inet_service'],
      id: 1,
    }),
    newSet({
      ...sets.publishedAt,
      key: ['ipv4_addr', 'inet_proto', 'inet_service'],
      data: ['ipv4_addr', 'inet_service'],
      id: 2,
    }),
    newSet({ ...sets.bridges, key: ['ifname'], id: 3 }),
    newSet({ ...sets.enter, ...verdictMap, id: 4 }),
    newSet({ ...sets.leave, ...verdictMap, id: 5 }),
    newSet({ ...sets.sourceEnter, ...verdictMap, id: 6 }),
    newSet({ ...sets.sourceLeave, ...verdictMap, id: 7 }),
    newChain({ table, name: 'publish' }),
    newChain({ table, name: 'guard', type: 'filter', hook: 'prerouting', priority: -300, policy: 'accept' }),
    newChain({
      table,
      name: 'prerouting',
      type: 'nat',
      hook: 'prerouting',
      priority: -100,
      policy: 'accept',
    }),
    newChain({ table, name: 'output', type: 'nat', hook: 'output', priority: -100, policy: 'accept' }),
    newChain({ table, name: 'forward', type: 'filter', hook: 'forward', priority: 0, policy: 'accept' }),
    newChain({
      table,
      name: 'postrouting',
      type: 'nat',
      hook: 'postrouting',
      priority: 100,
      policy: 'accept',
    }),
    // route_localnet lets 127.0.0.1 reach published ports; nobody in a container may use it the other way.
    ...(['saddr', 'daddr'] as const).map((field) =>
      rule(
        'guard',
        'loopback addresses stay on the host',
        ...fromBridge,
        ...inPrefix(field, loopback, 8),
        verdict({ verdict: 'drop' }),
      ),
    ),
    ...publishRules(),
    // Rewritten here, it would be past the kernel's check for such addresses from outside.
    rule(
      'prerouting',
      'loopback addresses of others are none of ours',
      ...inPrefix('daddr', loopback, 8),
      verdict({ verdict: 'return' }),
    ),
    rule('prerouting', 'from other hosts and containers', verdict({ verdict: 'jump', chain: 'publish' })),
    rule('output', 'from this host', verdict({ verdict: 'jump', chain: 'publish' })),
    // What may not leave its network may not enter another either, whatever that one lets in.
    jump('forward', sets.leave.name, 'iifname', 'from a network'),
    jump('forward', sets.enter.name, 'oifname', 'to a network'),
    rule('forward', 'from a network to elsewhere', ...fromBridge, verdict({ verdict: 'accept' })),
    ...(options.forwardWasOff
      ? [
          newChain({ table, name: restoreForwardChain }),
          rule('forward', 'this host is no router', verdict({ verdict: 'drop' })),
        ]
      : []),
    jump('postrouting', sets.sourceEnter.name, 'oifname', 'to a network'),
    jump('postrouting', sets.sourceLeave.name, 'iifname', 'from a network'),
  ]
}
