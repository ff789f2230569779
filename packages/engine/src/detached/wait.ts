import { waitForExit } from '@cofferdam/supervisor'
import { isErrno } from '@cofferdam/core'
import { type EngineContext, monitorDirectory } from '../launch/context.js'
import { awaitSettled, startedContainer } from '../container/stop.js'
import { recordedStatus } from '../container/summary.js'
import { findContainer } from '../state/records.js'
import type { ExitStatus } from '../types.js'

/**
 * How a detached container ends, from its monitor or, when that has been settled, from the database.
 * @throws CofferdamError `ERR_CONTAINER_NOT_FOUND`
 */
export async function detachedExit(
  context: EngineContext,
  id: string,
  signal?: AbortSignal,
): Promise<ExitStatus> {
  for (;;) {
    const record = await startedContainer(context, id, signal)
    if (record.status === 'exited') return recordedStatus(record)
    try {
      const exit = await waitForExit(monitorDirectory(context, id), signal === undefined ? {} : { signal })
      const { exitCode, oomKilled, reason } = exit
      return { exitCode, signal: exit.signal, oomKilled, ...(reason === undefined ? {} : { reason }) }
    } catch (error) {
      if (!isErrno(error, 'ERR_MONITOR_NOT_FOUND', 'ERR_MONITOR_DISCONNECTED')) throw error
      // Somebody has settled it, and perhaps started it again: then there is no word of its end any more.
      const now = findContainer(context.db, id)
      if (now.status === 'running' && now.started === record.started) throw error
    }
  }
}

/** Waits for the end of a detached container, then gives back what it held: nobody else may be there to do it. */
export async function settleDetached(
  context: EngineContext,
  id: string,
  signal?: AbortSignal,
): Promise<ExitStatus> {
  const record = await startedContainer(context, id, signal)
  const exit = await detachedExit(context, id, signal)
  signal?.throwIfAborted()
  await awaitSettled(context, record)
  return exit
}
