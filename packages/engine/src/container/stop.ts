import { setTimeout as sleep } from 'node:timers/promises'
import { abortable, CofferdamError, isErrno } from '@cofferdam/core'
import { ownerAlive, processStart } from '@cofferdam/sys'
import type { EngineContext } from '../launch/context.js'
import { sweepContainer } from '../sweep.js'
import { discardContainer } from './discard.js'
import { type ContainerRecord, findContainer, HeldError, recordOwner } from '../state/records.js'

/** Options of `container.stop()`. */
export interface StopOptions {
  /** Milliseconds until it is killed; 10 000 unless given. */
  readonly timeout?: number
  /** Signal that asks; the image's unless given. */
  readonly stopSignal?: NodeJS.Signals
  readonly signal?: AbortSignal
}

/** How long the owner of a container that has ended may take to give everything back. */
const settleLimit = 15_000

/** Asks, then kills, then waits until the owner has recorded the end; does the owner's work where that is gone. */
export async function stopContainer(
  context: EngineContext,
  id: string,
  options: StopOptions & { readonly stopSignal: NodeJS.Signals },
): Promise<void> {
  const record = await startedContainer(context, id, options.signal)
  if (record.status !== 'running') return
  await signalContainer(context, id, options.stopSignal)
  const end = Date.now() + (options.timeout ?? 10_000)
  while (isUp(record) && Date.now() < end)
    await sleep(10, undefined, options.signal === undefined ? {} : { signal: options.signal })
  if (isUp(record)) await signalContainer(context, id, 'SIGKILL')
  await awaitSettled(context, record)
}

/**
 * The row of a container once it is not being started any more: until then it has nothing of the next run.
 * @throws CofferdamError `ERR_CONTAINER_NOT_FOUND`; the reason of `signal`
 */
export async function startedContainer(
  context: EngineContext,
  id: string,
  signal?: AbortSignal,
): Promise<ContainerRecord> {
  for (;;) {
    const record = findContainer(context.db, id)
    if (record.status !== 'created') return record
    await awaitSettled(context, record, signal === undefined ? {} : { signal })
  }
}

/**
 * Waits until a run that was killed is recorded as ended, a start has come to its end, or the container is gone; does the
 * owner's work where that is. With `kill` it is killed as soon as it can be. A start may take its time, an end may not.
 */
export async function awaitSettled(
  context: EngineContext,
  record: ContainerRecord,
  options: { readonly kill?: boolean; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { kill = false, signal } = options
  const end = Date.now() + settleLimit
  for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
    const now = context.db.get<ContainerRecord>('SELECT * FROM containers WHERE id = ?', record.id)
    if (now === undefined || now.status === 'exited') return
    if (now.status !== record.status || now.started !== record.started) return
    if (!ownerAlive(recordOwner(now))) {
      if (await sweepContainer(context, now)) return context.networks.sweep()
    } else if (kill) await signalContainer(context, record.id, 'SIGKILL')
    if (now.status === 'running' && Date.now() > end) {
      throw new CofferdamError(
        'ERR_CONTAINER_STATUS',
        `container ${record.name} has ended, but process ${now.owner_pid} does not give it up`,
        { path: record.id },
      )
    }
    await abortable(sleep(wait), signal)
  }
}

/** Gives back what a container holds whose owner is dead, so that it is as it will be; false when it is so already. */
export async function settleDead(context: EngineContext, id: string): Promise<boolean> {
  const record = context.db.get<ContainerRecord>('SELECT * FROM containers WHERE id = ?', id)
  if (record === undefined) return true
  if (ownerAlive(recordOwner(record))) return false
  if (record.status !== 'exited') await awaitSettled(context, record)
  else if (record.auto_remove === 1) await discardContainer(context, id)
  else return false
  return true
}

/** Does `act`, once more when what it wants was held by a container whose owner is dead. */
export async function despiteDead<T>(context: EngineContext, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof HeldError) || !(await settleDead(context, error.holder))) throw error
    return act()
  }
}

/** Sends a signal; one that has ended already is no error. */
export async function signalContainer(
  context: EngineContext,
  id: string,
  signal: NodeJS.Signals,
): Promise<void> {
  try {
    await context.runtime.open(id).kill(signal)
  } catch (error) {
    if (!isErrno(error, 'ERR_CONTAINER_STATUS', 'ERR_CONTAINER_NOT_FOUND', 'ESRCH')) throw error
  }
}

function isUp(record: ContainerRecord): boolean {
  return record.pid !== null && processStart(record.pid) !== undefined
}
