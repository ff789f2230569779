import { errorMessage, isCofferdamError, isErrno } from '@cofferdam/core'
import {
  createNetns,
  ct,
  dnat,
  fib,
  immediate,
  type Message,
  masquerade,
  NetlinkSocket,
  type Netns,
  newChain,
  newLink,
  newRule,
  newTable,
  nftBatch,
} from '@cofferdam/netlink'
import { closeQuietly, Lane } from '@cofferdam/sys'
import type { Check } from './check.js'
import { readKernelFile } from './kernel.js'

type Part = 'networking' | 'firewall'

const table = { family: 'inet', name: 'cofferdam-doctor' } as const
const nat = (hook: 'prerouting' | 'postrouting', priority: number) =>
  newChain({ table, name: hook, type: 'nat', hook, priority, policy: 'accept' })

/** What a bridge network is made of: `ip link add br0 type bridge`, `ip link add cv0 type veth peer name eth0`. */
const links: readonly Message[] = [
  newLink({ name: 'br0', kind: { type: 'bridge' } }),
  newLink({ name: 'cv0', kind: { type: 'veth', peer: { name: 'eth0' } } }),
]

/** The kinds of chains and expressions that published ports need. */
const ruleset: readonly Message[] = nftBatch([
  newTable(table),
  nat('prerouting', -100),
  nat('postrouting', 100),
  newRule({
    table,
    chain: 'prerouting',
    expressions: [ct('state'), fib(['daddr'], 'type'), immediate(Uint8Array.of(127, 0, 0, 1)), dnat('ip', 1)],
  }),
  newRule({ table, chain: 'postrouting', expressions: [masquerade()] }),
])

/** Links and firewall of a bridge network can be made: both are, in a network namespace that is gone afterwards. */
export async function checkNetwork(): Promise<Check[]> {
  using lane = new Lane()
  let netns: Netns
  try {
    netns = await createNetns(lane, {})
  } catch (error) {
    return [failed('networking', error)]
  }
  const attempt = async (
    name: Part,
    what: string,
    open: () => Promise<NetlinkSocket>,
    messages: readonly Message[],
  ) => {
    try {
      using socket = await open()
      await socket.request(messages)
      return { name, ok: true, required: true, detail: `${what} were made, by netlink` }
    } catch (error) {
      return failed(name, error)
    }
  }
  try {
    const route = async () => NetlinkSocket.adopt(netns.routeFd, lane)
    const netfilter = () => NetlinkSocket.open('netfilter', { netns: netns.fd, lane })
    return [
      await attempt('networking', 'a bridge and a pair of links', route, links),
      await attempt('firewall', 'nftables rules', netfilter, ruleset),
    ]
  } finally {
    closeQuietly(netns.fd)
  }
}

/** What could not be made. The kernel loads modules for root; EOPNOTSUPP and ENOENT say that there is none. */
export function failed(name: Part, error: unknown): Check {
  const modules = {
    networking: 'modprobe -a bridge veth',
    firewall: 'modprobe -a nf_tables nft_chain_nat nft_ct nft_fib_inet nft_masq nft_nat',
  }
  const lacks = isErrno(error, 'EOPNOTSUPP', 'ENOENT', 'EPROTONOSUPPORT', 'EAFNOSUPPORT')
  const hint = isCofferdamError(error) ? error.hint : undefined
  const fix = lacks
    ? `load what the kernel lacks: ${modules[name]}`
    : isErrno(error, 'EPERM', 'EACCES') || hint === undefined
      ? 'run as root with CAP_NET_ADMIN and CAP_SYS_ADMIN'
      : hint
  return { name, ok: false, required: true, detail: errorMessage(error), fix }
}

/** Whether packets are forwarded already; the bridge network turns it on, for its own packets only. */
export function checkForwarding(value = readKernelFile('/proc/sys/net/ipv4/ip_forward')): Check {
  return {
    name: 'forwarding',
    ok: value !== undefined,
    required: false,
    detail:
      value === undefined
        ? 'unknown'
        : value.trim() === '1'
          ? 'on'
          : 'off: turned on while a bridge network is in use',
    fix: 'mount /proc',
  }
}
