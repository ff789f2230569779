import { randomInt } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isErrno } from '@cofferdam/core'
import { changeLink, deleteLink, macText, netnsSysctls, newAddress, newLink } from '@cofferdam/netlink'
import { addressBytes } from '@cofferdam/netlink'
import { ensureFirewall, removeFirewall } from '../firewall/apply.js'
import type { FirewalledNetwork } from '../firewall/network.js'
import { defaultMtu, findLink, mainRoutes, routedPrefixes } from '../host/links.js'
import type { HostStack } from '../host/stack.js'
import { formatPrefix, overlaps, parsePrefix, type Prefix } from '../ipam/prefix.js'
import { checkSubnet, chooseSubnet } from '../ipam/subnet.js'
import { defaultGateway, type BridgeConfig } from './options.js'

/** A bridge network as it is in the kernel. */
export interface BridgeState extends FirewalledNetwork {
  /** Index of the bridge link. */
  readonly index: number
  readonly gateway: string
  readonly mtu: number
}

/** Where the processes that share a network keep its files. */
export function networkDirectory(config: BridgeConfig): string {
  return join(config.runDir, 'networks', config.name)
}

/** A hardware address made from an IP address: the same container address never meets a stale ARP entry. */
export function macOf(address: string, second = 0xcf): string {
  return macText(Uint8Array.from([0x02, second, ...addressBytes(address)]))
}

/** The choices of {@link ensureBridge} that later users follow. */
export interface Saved {
  readonly subnet: string
  readonly gateway: string
}

/** What is kept of a network that was made to its end. */
export async function readSaved(config: BridgeConfig): Promise<Saved | undefined> {
  try {
    return JSON.parse(await readFile(join(networkDirectory(config), 'network.json'), 'utf8')) as Saved
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

async function save(config: BridgeConfig, saved: Saved): Promise<void> {
  const path = join(networkDirectory(config), 'network.json')
  await writeFile(`${path}.new`, `${JSON.stringify(saved)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

async function createBridge(
  stack: HostStack,
  config: BridgeConfig,
  subnet: Prefix,
  gateway: string,
  mtu: number,
): Promise<number> {
  await stack.route.request([
    newLink({
      name: config.bridge,
      mtu,
      // Without an address of its own a bridge takes its ports' lowest and loses packets when that port goes.
      address: macOf(gateway, 0xce),
      kind: { type: 'bridge', forwardDelay: 0, stp: false, multicastSnooping: false },
      alias: `cofferdam network ${config.name}`,
    }),
  ])
  try {
    await netnsSysctls(stack.netnsLane, stack.netns ?? -1, {
      [`ipv6/conf/${config.bridge}/disable_ipv6`]: '1',
    }).catch((error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error
    })
    await netnsSysctls(stack.netnsLane, stack.netns ?? -1, {
      [`ipv4/conf/${config.bridge}/route_localnet`]: '1',
    })
    const index = (await findLink(stack.route, { name: config.bridge }))?.index ?? 0
    await stack.route.request([
      newAddress({ index, address: gateway, prefixLength: subnet.length }),
      changeLink({ index, up: true }),
    ])
    return index
  } catch (error) {
    await stack.route.request([deleteLink({ name: config.bridge })]).catch(() => {})
    throw error
  }
}

/** How often a subnet is chosen again when someone else chose the same, each time after up to so many ms more. */
const attempts = 10
const waitMs = 20

/**
 * Makes the bridge in a subnet that nothing else has. Whoever has a lock of its own may choose the same at the same time:
 * as each looks again once its address is there, one of two sees the other, or both do.
 */
async function createApart(
  stack: HostStack,
  config: BridgeConfig,
  wanted: { readonly subnet: Prefix | undefined; readonly gateway: string | undefined; readonly mtu: number },
  routed: readonly Prefix[],
): Promise<{ index: number; subnet: Prefix; gateway: string }> {
  let taken = routed
  for (let attempt = 1; ; attempt++) {
    const subnet = wanted.subnet ?? chooseSubnet(taken)
    checkSubnet(subnet, taken, config.name)
    const gateway = wanted.gateway ?? defaultGateway(subnet)
    const index = await createBridge(stack, config, subnet, gateway, wanted.mtu)
    try {
      taken = routedPrefixes(await mainRoutes(stack.route), index)
      const isLast = wanted.subnet !== undefined || attempt === attempts
      if (isLast) checkSubnet(subnet, taken, config.name)
      if (!taken.some((other) => overlaps(other, subnet))) return { index, subnet, gateway }
    } catch (error) {
      await removeLink(stack, config).catch(() => {})
      throw error
    }
    await removeLink(stack, config)
    await delay(randomInt(waitMs * attempt))
    taken = routedPrefixes(await mainRoutes(stack.route))
  }
}

/**
 * Makes the bridge, its address and the firewall where they are missing. The caller holds the lock of the run
 * directory.
 * @throws CofferdamError `ERR_SUBNET_IN_USE`, `ERR_NO_FREE_SUBNET`, `ERR_NETLINK`
 */
export async function ensureBridge(stack: HostStack, config: BridgeConfig): Promise<BridgeState> {
  await mkdir(networkDirectory(config), { recursive: true, mode: 0o700 })
  const [saved, found, routes] = await Promise.all([
    readSaved(config),
    findLink(stack.route, { name: config.bridge }),
    mainRoutes(stack.route),
  ])
  // The file is written last: somebody died while making the network.
  const halfMade = saved === undefined && found !== undefined
  if (halfMade) await removeFromKernel(stack, config)
  const link = halfMade ? undefined : found
  const taken = routedPrefixes(routes, found?.index)
  const mtu = config.mtu ?? link?.mtu ?? (await defaultMtu(stack.route, routes))
  const subnet = config.subnet ?? (saved === undefined ? undefined : parsePrefix(saved.subnet))
  const gateway = config.gateway ?? saved?.gateway
  const made =
    link === undefined || subnet === undefined
      ? await createApart(stack, config, { subnet, gateway, mtu }, taken)
      : { index: link.index, subnet, gateway: gateway ?? defaultGateway(subnet) }
  const state: BridgeState = {
    bridge: config.bridge,
    ...made,
    mtu,
    internal: config.internal,
    isolated: config.isolated,
    masquerade: config.masquerade,
  }
  await ensureFirewall(stack, state)
  await save(config, { subnet: formatPrefix(state.subnet), gateway: state.gateway })
  return state
}

async function removeLink(stack: HostStack, config: BridgeConfig): Promise<void> {
  try {
    await stack.route.request([deleteLink({ name: config.bridge })])
  } catch (error) {
    if (!isErrno(error, 'ENODEV')) throw error
  }
}

async function removeFromKernel(stack: HostStack, config: BridgeConfig): Promise<void> {
  await removeFirewall(stack, config.bridge)
  await removeLink(stack, config)
}

/**
 * Removes firewall, bridge and files, these last: while they are there a sweep knows that something may be left. The
 * caller holds the lock and knows that nobody uses the network.
 */
export async function removeBridge(stack: HostStack, config: BridgeConfig): Promise<void> {
  await removeFromKernel(stack, config)
  await rm(networkDirectory(config), { recursive: true, force: true })
}
