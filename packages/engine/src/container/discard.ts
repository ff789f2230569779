import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { removeTree } from '@cofferdam/rootfs'
import { type EngineContext, logDirectory, runDirectory, snapshotDirectory } from '../launch/context.js'
import { condemnContainer, type ContainerRecord, deleteContainer } from '../state/records.js'

/**
 * Removes an ended container: as a whole, if not now then at the next opening. Returns its row, and leaves all as it is,
 * when it has not ended.
 */
export async function discardContainer(
  context: EngineContext,
  id: string,
): Promise<ContainerRecord | undefined> {
  const up = await condemnContainer(context.db, id, context.owner)
  if (up === undefined) await eraseContainer(context, id)
  return up
}

/** Removes what a container that nobody can start any more has left on disk, then its row. */
export async function eraseContainer(context: EngineContext, id: string): Promise<void> {
  await removeTree(snapshotDirectory(context, id))
  await rm(runDirectory(context, id), { recursive: true, force: true })
  await rm(dirname(logDirectory(context, id)), { recursive: true, force: true })
  await deleteContainer(context.db, id)
}
