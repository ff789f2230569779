import { Cgroup } from '@cofferdam/cgroups'
import { isErrno } from '@cofferdam/core'
import { unmountRemains } from '@cofferdam/rootfs'
import { rmSync } from 'node:fs'
import { discardContainer, eraseContainer } from './container/discard.js'
import { awaitMonitorEnd, recordedExit } from './detached/monitor.js'
import { type EngineContext, cgroupPath, runDirectory, snapshotDirectory } from './launch/context.js'
import { claimContainer, type ContainerRecord, markExited, recordOwner } from './state/records.js'

const unseen = { exitCode: null, signal: null, oomKilled: undefined }

/**
 * Gives back what a container of a dead owner held: the kernel has killed its processes with the owner. One that was
 * being made is forgotten, one that was being started again is as it was, one made to stay is recorded as ended, unseen.
 * False when it is not the dead owner's any more: whoever has taken it does this, or has done it.
 */
export async function sweepContainer(context: EngineContext, seen: ContainerRecord): Promise<boolean> {
  const { id } = seen
  const dead = recordOwner(seen)
  const record = await claimContainer(context.db, id, dead, context.owner)
  if (record === undefined) return false
  try {
    await releaseContainer(context, id)
    await awaitMonitorEnd(context, id)
    if (record.status === 'created' && record.started === null) {
      await eraseContainer(context, id)
      return true
    }
    const unknown = record.status === 'created' ? { ...unseen, reason: 'start-failed' } : unseen
    await markExited(context.db, id, recordedExit(context, id) ?? unknown)
    if (record.auto_remove === 1) await discardContainer(context, id)
    return true
  } catch (error) {
    // This process lives: the next one shall try again.
    await claimContainer(context.db, id, context.owner, dead)
    throw error
  }
}

/** Kills what is left of a container and gives back its runtime state, cgroup, mounts and generated files. Idempotent. */
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
  await unmountRemains(snapshotDirectory(context, id))
  rmSync(runDirectory(context, id), { recursive: true, force: true })
}
