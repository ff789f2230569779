import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CofferdamError } from '@cofferdam/core'
import { removeTree } from '@cofferdam/rootfs'
import { type EngineContext, logDirectory, runDirectory, snapshotDirectory } from '../launch/context.js'
import { type ContainerRecord, deleteContainer } from '../state/records.js'
import { awaitSettled, signalContainer } from './stop.js'

/**
 * Removes a container with its changes and log.
 * @throws CofferdamError `ERR_CONTAINER_RUNNING`
 */
export async function removeContainer(
  context: EngineContext,
  record: ContainerRecord,
  force: boolean,
  settled?: Promise<unknown>,
): Promise<void> {
  if (record.status !== 'exited') {
    if (!force) {
      throw new CofferdamError('ERR_CONTAINER_RUNNING', `container ${record.name} is running`, {
        path: record.id,
        hint: `stop it first, or force: cofferdam rm -f ${record.name}`,
      })
    }
    await signalContainer(context, record.id, 'SIGKILL')
    await (settled ?? awaitSettled(context, record))
  }
  await discardContainer(context, record.id)
}

/** Removes what an ended container has left on disk, then its row. */
export async function discardContainer(context: EngineContext, id: string): Promise<void> {
  await removeTree(snapshotDirectory(context, id))
  await rm(runDirectory(context, id), { recursive: true, force: true })
  await rm(dirname(logDirectory(context, id)), { recursive: true, force: true })
  await deleteContainer(context.db, id)
}
