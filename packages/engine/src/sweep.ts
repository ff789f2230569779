import { rmSync } from 'node:fs'
import { Cgroup } from '@cofferdam/cgroups'
import { isErrno } from '@cofferdam/core'
import { discardContainer } from './container/discard.js'
import { recordedExit } from './detached/monitor.js'
import { type EngineContext, cgroupPath, runDirectory } from './launch/context.js'
import { ownerAlive } from './state/owner.js'
import { type ContainerRecord, listContainers, markExited, recordOwner } from './state/records.js'

const unseen = { exitCode: null, signal: null, oomKilled: undefined }

/**
 * Gives back what containers of dead owners held: the kernel has killed their processes with the owner. Those made
 * to stay are recorded as ended, unseen.
 */
export async function sweepDeadOwners(context: EngineContext): Promise<number> {
  const dead = listContainers(context.db).filter(
    (record) => record.status !== 'exited' && !ownerAlive(recordOwner(record)),
  )
  for (const record of dead) await sweepContainer(context, record)
  if (dead.length > 0) await context.networks.sweep()
  return dead.length
}

/** Gives back what one container of a dead owner held. */
export async function sweepContainer(context: EngineContext, record: ContainerRecord): Promise<void> {
  try {
    await context.runtime.open(record.id).delete({ force: true })
  } catch (error) {
    if (!isErrno(error, 'ERR_CONTAINER_NOT_FOUND')) throw error
    context.runtime.forget(record.id)
  }
  const cgroup = Cgroup.open(cgroupPath(record.id))
  await cgroup.kill()
  await cgroup.delete()
  rmSync(runDirectory(context, record.id), { recursive: true, force: true })
  if (record.status === 'created') return discardContainer(context, record.id)
  await markExited(context.db, record.id, recordedExit(context, record.id) ?? unseen)
  if (record.auto_remove === 1) await discardContainer(context, record.id)
}
