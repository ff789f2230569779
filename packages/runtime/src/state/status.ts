import { existsSync } from 'node:fs'
import { CofferdamError } from '@cofferdam/core'
import { bootId, isAlive } from '@cofferdam/sys'
import { START_FIFO, type StateDirectory } from './directory.js'
import type { ContainerState, StateRecord, Status } from './record.js'

/** What can be done to a container. */
export type Act = 'start' | 'exec' | 'kill' | 'delete' | 'pause' | 'resume'

const allowed: Record<Act, readonly Status[]> = {
  start: ['created'],
  exec: ['running'],
  kill: ['created', 'running', 'paused'],
  delete: ['stopped', 'creating'],
  pause: ['created', 'running'],
  resume: ['paused'],
}

/**
 * Fails unless `act` is allowed in `status` (runtime-spec runtime.md, "Operations").
 * @throws CofferdamError `ERR_CONTAINER_STATUS` with the texts that callers of runc look for
 */
export function checkAct(id: string, act: Act, status: Status): void {
  if (allowed[act].includes(status)) return
  const refuse = (message: string, hint: string) => {
    throw new CofferdamError('ERR_CONTAINER_STATUS', message, { path: id, hint })
  }
  if (act === 'start' && status === 'running') refuse('cannot start an already running container', `it runs`)
  if (act === 'start' && status === 'stopped')
    refuse('cannot start a container that has stopped', 'create a new one')
  if (act === 'exec' && status === 'paused') refuse('cannot exec in a paused container', 'resume it first')
  if (act === 'exec') refuse('cannot exec in a container that is not running', `its status is ${status}`)
  if (act === 'kill') refuse('container not running', `its status is ${status}`)
  if (act === 'pause') refuse(`container not running: ${status}`, 'only a running container can be paused')
  if (act === 'resume') refuse('container not paused', `its status is ${status}`)
  refuse(`cannot ${act} container ${id} that is not stopped: ${status}`, 'kill it first, or force')
}

/** The status that record and kernel show. `frozen` tells whether the cgroup is frozen. */
export function statusOf(record: StateRecord, directory: StateDirectory, frozen = () => false): Status {
  if (record.pid === 0) return 'creating'
  if (record.bootId !== bootId() || !isAlive(record.pid, record.startTime)) return 'stopped'
  if (frozen()) return 'paused'
  return existsSync(directory.join(START_FIFO)) ? 'created' : 'running'
}

/** The state as the specification has it. */
export function stateOf(record: StateRecord, status: Status): ContainerState {
  const annotations = record.spec.annotations
  return {
    ociVersion: record.spec.ociVersion,
    id: record.id,
    status,
    pid: status === 'stopped' ? 0 : record.pid,
    bundle: record.bundle,
    rootfs: record.rootfs,
    created: record.created,
    ...(annotations === undefined ? {} : { annotations }),
  }
}
