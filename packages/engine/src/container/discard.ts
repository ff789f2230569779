import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { removeTree } from '@cofferdam/rootfs'
import { type EngineContext, logDirectory, runDirectory, snapshotDirectory } from '../launch/context.js'
import { condemnContainer, deleteContainer } from '../state/records.js'

/** Removes what an ended container has left on disk, then its row: as a whole, if not now then at the next opening. */
export async function discardContainer(context: EngineContext, id: string): Promise<void> {
  await condemnContainer(context.db, id)
  await removeTree(snapshotDirectory(context, id))
  await rm(runDirectory(context, id), { recursive: true, force: true })
  await rm(dirname(logDirectory(context, id)), { recursive: true, force: true })
  await deleteContainer(context.db, id)
}
