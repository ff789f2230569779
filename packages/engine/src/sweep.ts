import { Cgroup } from '@cofferdam/cgroups'
import { isErrno } from '@cofferdam/core'
import { rmSync } from 'node:fs'
import { discardContainer, eraseContainer } from './container/discard.js'
import { recordedExit } from './detached/monitor.js'
import { type EngineContext, cgroupPath, runDirectory } from './launch/context.js'
import { type ContainerRecord, markExited } from './state/records.js'

const unseen = { exitCode: null, signal: null, oomKilled: undefined }

/**
 * Gives back what a container of a dead owner held: the kernel has killed its processes with the owner. One that was
 * being made is forgotten, one that was being started again is as it was, one made to stay is recorded as ended, unseen.
 */
export async function sweepContainer(context: EngineContext, record: ContainerRecord): Promise<void> {
  await releaseContainer(context, record.id)
  if (record.status === 'created' && record.started === null) return eraseContainer(context, record.id)
  const unknown = record.status === 'created' ? { ...unseen, reason: 'start-failed' } : unseen
  await markExited(context.db, record.id, recordedExit(context, record.id) ?? unknown)
  if (record.auto_remove === 1) await discardContainer(context, record.id)
}

/** Kills what is left of a container and gives back its runtime state, cgroup and generated files. Idempotent. */
export async function releaseContainer(context: EngineContext, id: string): Promise<void> {
  try {
    await context.runtime.open(id).delete({ force: true })
  } catch (error) {
    if (!isErrno(error, 'ERR_CONTAINER_NOT_FOUND')) throw error
    context.runtime.forget(id)
  }
  const cgroup = Cgroup.open(cgroupPath(id))
  await cgroup.kill()
  await cgroup.delete()
  rmSync(runDirectory(context, id), { recursive: true, force: true })
}
