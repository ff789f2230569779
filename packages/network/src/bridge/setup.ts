import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '@cofferdam/core'
import { changeLink, deleteLink, macText, netnsSysctls, newAddress, newLink } from '@cofferdam/netlink'
import { addressBytes } from '@cofferdam/netlink'
import { ensureFirewall, removeFirewall } from '../firewall/apply.js'
import type { FirewalledNetwork } from '../firewall/network.js'
import { defaultMtu, findLink, mainRoutes, routedPrefixes } from '../host/links.js'
import type { HostStack } from '../host/stack.js'
import { formatPrefix, parsePrefix, type Prefix } from '../ipam/prefix.js'
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
  const wanted = config.subnet ?? (saved === undefined ? undefined : parsePrefix(saved.subnet))
  const subnet = wanted ?? chooseSubnet(taken)
  const gateway = config.gateway ?? (wanted !== undefined && saved?.gateway) ?? defaultGateway(subnet)
  let index = link?.index
  if (index === undefined) {
    checkSubnet(subnet, taken, config.name)
    index = await createBridge(stack, config, subnet, gateway || defaultGateway(subnet), mtu)
  }
  const state: BridgeState = {
    bridge: config.bridge,
    index,
    subnet,
    gateway: gateway || defaultGateway(subnet),
    mtu,
    internal: config.internal,
    isolated: config.isolated,
    masquerade: config.masquerade,
  }
  await ensureFirewall(stack, state)
  await save(config, { subnet: formatPrefix(subnet), gateway: state.gateway })
  return state
}

async function removeFromKernel(stack: HostStack, config: BridgeConfig): Promise<void> {
  await removeFirewall(stack, config.bridge)
  try {
    await stack.route.request([deleteLink({ name: config.bridge })])
  } catch (error) {
    if (!isErrno(error, 'ENODEV')) throw error
  }
}

/**
 * Removes firewall, bridge and files, these last: while they are there a sweep knows that something may be left. The
 * caller holds the lock and knows that nobody uses the network.
 */
export async function removeBridge(stack: HostStack, config: BridgeConfig): Promise<void> {
  await removeFromKernel(stack, config)
  await rm(networkDirectory(config), { recursive: true, force: true })
}
