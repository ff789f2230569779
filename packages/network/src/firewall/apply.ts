import { isErrno } from '@cofferdam/core'
import {
  NFT_MSG,
  decodeChain,
  decodeElements,
  decodeGeneration,
  deleteElements,
  deleteTable,
  dumpChains,
  dumpElements,
  getGeneration,
  netnsSysctls,
  nftBatch,
  nftType,
  type Chain,
  type SetElement,
} from '@cofferdam/netlink'
import { forgetFlows } from '../host/flows.js'
import type { HostStack } from '../host/stack.js'
import { baseRuleset } from './base.js'
import { restoreForwardChain, sets, table } from './names.js'
import { networkRules, removeNetworkRules, type FirewalledNetwork } from './network.js'
import { elementPort, elementTarget } from './publish.js'

const ipForward = 'ipv4/ip_forward'

/** Every chain of every table. */
export async function listChains(stack: HostStack): Promise<Chain[]> {
  return (await stack.netfilter.request([dumpChains()]))
    .filter(({ type }) => nftType(type) === NFT_MSG.NEWCHAIN)
    .map(({ body }) => decodeChain(body))
}

/** Whether our table says that ip_forward was off before it. */
export function forwardWasOff(chains: readonly Chain[]): boolean {
  return chains.some((chain) => chain.table === table.name && chain.name === restoreForwardChain)
}

async function setForward(stack: HostStack, value: '0' | '1'): Promise<void> {
  await netnsSysctls(stack.netnsLane, stack.netns ?? -1, { [ipForward]: value })
}

/**
 * Somebody may have died between turning ip_forward off and removing the table, or after making the table; where another
 * run directory's network came in between, only this turns it on again. Off where it `wasOff` not before the table is the
 * administrator's will. True when it is turned on.
 */
async function ensureForward(
  stack: HostStack,
  wasOff: () => boolean | Promise<boolean> = () => true,
): Promise<boolean> {
  const { [ipForward]: now } = await netnsSysctls(stack.netnsLane, stack.netns ?? -1, { [ipForward]: null })
  if (now !== '0' || !(await wasOff())) return false
  await setForward(stack, '1')
  return true
}

/** The chains of our table; none where there is no table. */
async function ourChains(stack: HostStack): Promise<Chain[]> {
  return (await listChains(stack)).filter((chain) => chain.table === table.name)
}

async function ensureBase(stack: HostStack): Promise<void> {
  const { [ipForward]: before } = await netnsSysctls(stack.netnsLane, stack.netns ?? -1, {
    [ipForward]: null,
  })
  if (before === '0') stack.forwardWasOff = true
  try {
    await stack.netfilter.request(nftBatch(baseRuleset({ forwardWasOff: stack.forwardWasOff })))
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
  if (before === '0') await setForward(stack, '1')
}

/** Makes the table and the network's rules where they are missing, and turns ip_forward on. */
export async function ensureFirewall(stack: HostStack, network: FirewalledNetwork): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await stack.netfilter.request(nftBatch(networkRules(network)))
      await ensureForward(stack)
      return
    } catch (error) {
      if (isErrno(error, 'EEXIST')) break
      if (!isErrno(error, 'ENOENT') || attempt === 3) throw error
      await ensureBase(stack)
    }
  }
  await ensureForward(stack, async () => forwardWasOff(await ourChains(stack)))
}

/**
 * Removes the network's rules and, when no network is left, the table; ip_forward goes back to what it was. Other
 * processes with other run directories may do the same: each step is refused when someone else changed the ruleset.
 */
export async function removeFirewall(stack: HostStack, bridge: string): Promise<void> {
  try {
    await stack.netfilter.request(nftBatch(removeNetworkRules(bridge)))
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
  for (;;) {
    const [answer] = await stack.netfilter.request([getGeneration()])
    if (answer === undefined) return
    const generation = decodeGeneration(answer.body)
    const ours = await ourChains(stack)
    stack.forwardWasOff ||= forwardWasOff(ours)
    if (ours.some(({ name }) => name.startsWith('enter_'))) {
      // Turned on, it is looked at again: that network may be removed just now.
      if (await ensureForward(stack, () => forwardWasOff(ours))) continue
      return
    }
    const restore = ours.length === 0 ? stack.forwardWasOff : forwardWasOff(ours)
    try {
      if (restore) await setForward(stack, '0')
      if (ours.length > 0) await stack.netfilter.request(nftBatch([deleteTable(table)], { generation }))
      return
    } catch (error) {
      if (restore) await setForward(stack, '1')
      if (!isErrno(error, 'ERESTART')) throw error
    }
  }
}

/** The elements of one of our maps; none if there is no table. */
export async function listElements(
  stack: HostStack,
  set: typeof sets.published | typeof sets.publishedAt,
): Promise<SetElement[]> {
  try {
    return (await stack.netfilter.request([dumpElements(set)])).flatMap(({ body }) => decodeElements(body))
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}

/** Deletes elements; one that is gone already is no error. Returns how many were there. */
export async function removeElements(
  stack: HostStack,
  set: typeof sets.published | typeof sets.publishedAt,
  elements: readonly SetElement[],
): Promise<number> {
  let removed = 0
  for (const element of elements) {
    try {
      await stack.netfilter.request(nftBatch(deleteElements(set, [element])))
      removed++
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
    }
  }
  return removed
}

/** Withdraws every port published for the addresses and forgets its flows; returns how many. */
export async function withdrawAddresses(stack: HostStack, addresses: ReadonlySet<string>): Promise<number> {
  let removed = 0
  const withdrawn: SetElement[] = []
  for (const set of [sets.published, sets.publishedAt]) {
    const stale = (await listElements(stack, set)).filter((one) => addresses.has(elementTarget(one) ?? ''))
    removed += await removeElements(stack, set, stale)
    withdrawn.push(...stale)
  }
  await forgetFlows(stack, withdrawn.map(elementPort))
  return removed
}
