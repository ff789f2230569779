import type { Attachment } from '@cofferdam/network'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type DetachedExit,
  exitRecord,
  monitorAlive,
  type StartingMonitor,
  startMonitor,
} from '@cofferdam/supervisor'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { closeQuietly } from '@cofferdam/sys'
import { type EngineContext, logDirectory, monitorDirectory } from '../launch/context.js'
import type { Prepared } from '../launch/prepare.js'

/** Starts the monitor that will be the parent of a detached container. */
export function startContainerMonitor(
  context: EngineContext,
  { id, tty, options }: Prepared,
): Promise<StartingMonitor> {
  return startMonitor({
    directory: monitorDirectory(context, id),
    log: { directory: logDirectory(context, id) },
    ...(tty === undefined ? { stdin: options.stdin ?? false } : { stdio: 'terminal' }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
}

/**
 * Makes a container that runs its monitor's: published ports, then its life. When this fails, or this process dies
 * before it is done, the container ends with its monitor.
 */
export async function leaveToMonitor(
  monitor: StartingMonitor,
  attachment: Attachment,
  pty: number | undefined,
): Promise<void> {
  monitor.holdFds(attachment.portFds)
  await monitor.detach()
  attachment.handOver()
  closeQuietly(pty)
  // It keeps the event loop alive by itself until the connection is gone.
  void monitor.close()
}

/** How long the monitor of a container that was killed is waited for. */
const dyingLimit = 5000

/**
 * Waits for the end of a killed container's monitor: until then what it holds is in use, like its address.
 * @throws CofferdamError `ERR_CONTAINER_STATUS`: it does not end
 */
export async function awaitMonitorEnd(context: EngineContext, id: string): Promise<void> {
  for (const end = Date.now() + dyingLimit; fromMonitor(context, id, monitorAlive) === true; await sleep(5)) {
    if (Date.now() < end) continue
    throw new CofferdamError('ERR_CONTAINER_STATUS', `the monitor of container ${id} does not end`, {
      path: id,
    })
  }
}

/** How a detached container ended, as its monitor wrote it down; undefined where it had none, or lives. */
export function recordedExit(context: EngineContext, id: string): DetachedExit | undefined {
  return fromMonitor(context, id, exitRecord)
}

/** What the directory of a monitor says; undefined where there was none. */
function fromMonitor<T>(context: EngineContext, id: string, read: (directory: string) => T) {
  try {
    return read(monitorDirectory(context, id))
  } catch (error) {
    if (isErrno(error, 'ERR_MONITOR_NOT_FOUND')) return undefined
    throw error
  }
}
