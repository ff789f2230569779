import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { Cgroup } from '@cofferdam/cgroups'
import { closeQuietly } from '@cofferdam/sys'
import { deleteContainer, markExited } from '../state/records.js'
import type { ExitStatus, Usage } from '../types.js'
import { type EngineContext, cgroupPath, logDirectory, runDirectory } from './context.js'
import type { Launched } from './start.js'

/** How a container ended and what it had used. */
export interface Settled extends ExitStatus {
  readonly usage: Usage
}

/**
 * Waits for a container's end and undoes its start: cgroup, runtime state, network, generated files; and, where it is
 * to be removed, its changes, log and row. `drain` resolves when its output has been read.
 */
export async function settleContainer(
  context: EngineContext,
  launched: Launched,
  options: { readonly remove: boolean; readonly drain: Promise<unknown> },
): Promise<Settled> {
  const { id, runtime, attachment, snapshot } = launched
  const { exitCode, signal, oomKilled, reason } = await runtime.exited
  const exit = { exitCode, signal, oomKilled, ...(reason === undefined ? {} : { reason }) }
  const usage = readUsage(id)
  const results = await Promise.allSettled([
    usage.then(() => runtime.delete()),
    attachment.detach(),
    options.remove ? snapshot.remove() : undefined,
    options.drain,
  ])
  rmSync(runDirectory(context, id), { recursive: true, force: true })
  const failure = results.find((result) => result.status === 'rejected')
  // The row stays while something is left: it is what a later open finds the rest by.
  if (options.remove && failure === undefined) {
    rmSync(dirname(logDirectory(context, id)), { recursive: true, force: true })
    await deleteContainer(context.db, id, exit)
  } else {
    await markExited(context.db, id, exit)
  }
  if (failure !== undefined) throw failure.reason
  return { ...exit, usage: await usage }
}

/**
 * Kills a container whose start failed after its launch, and undoes the start: all of it but the row and what that says
 * to give back, where another process has taken these, since it saw the monitor dead.
 */
export async function abandonContainer(
  context: EngineContext,
  launched: Launched,
  options: { readonly remove: boolean; readonly ours: boolean },
): Promise<void> {
  const { runtime, monitor, attachment } = launched
  await runtime.kill('SIGKILL').catch(() => undefined)
  await monitor?.close()
  if (monitor !== undefined) closeQuietly(runtime.ptyFd)
  for (const stream of [runtime.tty, ...Object.values(runtime.streams)]) stream?.destroy()
  if (!options.ours) return attachment.handOver()
  await settleContainer(context, launched, { remove: options.remove, drain: Promise.resolve() })
}

async function readUsage(id: string): Promise<Usage> {
  const stat = await Cgroup.open(cgroupPath(id))
    .stat()
    .catch(() => undefined)
  return { memoryPeak: stat?.memory?.peak, cpuMs: stat?.cpu?.usage }
}
