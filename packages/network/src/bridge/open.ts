import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { netnsSysctls } from '@cofferdam/netlink'
import { DisposeStack } from '@cofferdam/core'
import { foreignDropWarnings } from '../firewall/foreign.js'
import { forwardWasOff, listChains } from '../firewall/apply.js'
import { withLock } from '../host/lock.js'
import { ownerOf, type Owner } from '@cofferdam/sys'
import { HostStack } from '../host/stack.js'
import { LeaseDirectory } from '../ipam/leases.js'
import { parsePrefix, type Prefix } from '../ipam/prefix.js'
import type { SweepReport } from '../types.js'
import type { BridgeConfig } from './options.js'
import { ensureBridge, networkDirectory, readSaved, removeBridge, type BridgeState } from './setup.js'
import { sweepLeases } from './sweep.js'
import { VethWatcher } from './watcher.js'

/** A bridge network that this process uses: while it is open the kernel's objects stay. */
export interface OpenBridge {
  readonly stack: HostStack
  readonly state: BridgeState
  readonly leases: LeaseDirectory
  readonly watcher: VethWatcher
  readonly owner: Owner
  readonly warnings: readonly string[]
  /** Whether bridged packets pass iptables, where a container reaches itself only through a hairpin port. */
  readonly hairpin: boolean
  readonly close: () => Promise<void>
}

const bridgeNetfilter = 'bridge/bridge-nf-call-iptables'

/** The lock of everything that makes or removes networks below a run directory. */
export function lockPath(runDir: string): string {
  return join(runDir, 'networks.lock')
}

/** Makes the network ready and marks it as used by this process; sweeps what dead processes left. */
export async function openBridge(config: BridgeConfig): Promise<OpenBridge> {
  const undo = new DisposeStack()
  try {
    await mkdir(config.runDir, { recursive: true, mode: 0o700 })
    const stack = await HostStack.open(config.hostNetns)
    undo.defer(() => stack.close())
    const watcher = await VethWatcher.open(stack)
    undo.defer(() => watcher.close())
    const owner = ownerOf()
    const { state, leases, hold } = await withLock(lockPath(config.runDir), async () => {
      const state = await ensureBridge(stack, config)
      const leases = leasesOf(config, state.subnet, state.gateway)
      await leases.open()
      await sweepLeases(stack, leases)
      return { state, leases, hold: await leases.hold(owner) }
    })
    undo.defer(() => closeUnderLock(stack, config, leases, hold))
    const [chains, sysctls] = await Promise.all([
      listChains(stack),
      netnsSysctls(stack.netnsLane, stack.netns ?? -1, { [bridgeNetfilter]: null }),
    ])
    stack.forwardWasOff ||= forwardWasOff(chains)
    return {
      stack,
      state,
      leases,
      watcher,
      owner,
      warnings: foreignDropWarnings(chains, config.bridge),
      hairpin: sysctls[bridgeNetfilter] === '1',
      close: () => undo.close(),
    }
  } catch (error) {
    await undo.close().catch(() => {})
    throw error
  }
}

function leasesOf(config: BridgeConfig, subnet: Prefix, gateway: string): LeaseDirectory {
  return new LeaseDirectory(join(networkDirectory(config), 'leases'), subnet, gateway)
}

async function closeUnderLock(
  stack: HostStack,
  config: BridgeConfig,
  leases: LeaseDirectory,
  hold: string,
): Promise<void> {
  await withLock(lockPath(config.runDir), async () => {
    await leases.leave(hold)
    await sweepLeases(stack, leases)
    if (await isUsed(leases)) await leases.save()
    else await removeBridge(stack, config)
  })
}

async function isUsed(leases: LeaseDirectory): Promise<boolean> {
  const [used, held] = await Promise.all([leases.list(), leases.holds()])
  return used.length + held.length > 0
}

/** Removes what dead processes left of a network, and all of it when nobody alive uses it; makes nothing. */
export async function sweepUnopened(config: BridgeConfig): Promise<SweepReport> {
  if (!existsSync(networkDirectory(config))) return { addresses: [], ports: 0 }
  const stack = await HostStack.open(config.hostNetns)
  try {
    return await withLock(lockPath(config.runDir), async () => {
      const saved = await readSaved(config)
      const leases = saved && leasesOf(config, parsePrefix(saved.subnet), saved.gateway)
      const swept = leases && (await sweepLeases(stack, leases))
      if (leases === undefined || !(await isUsed(leases))) await removeBridge(stack, config)
      return swept ?? { addresses: [], ports: 0 }
    })
  } finally {
    stack.close()
  }
}
