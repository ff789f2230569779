import { check } from './check.js'
import { native, programPath } from './native.js'

/** The connection as the addon knows it. */
export type SpawnerHandle = object

interface SpawnerCalls {
  spawnerOpen(path: string, role: string, onReports: (batch: unknown[]) => void): SpawnerHandle | number
  spawnerSend(
    spawner: SpawnerHandle,
    type: number,
    id: number,
    value: number,
    size: number,
    plan: Uint8Array | undefined,
    fds: readonly number[],
  ): number
  spawnerRef(spawner: SpawnerHandle, on: number): number
  spawnerPid(spawner: SpawnerHandle): number
  spawnerShutdown(spawner: SpawnerHandle): number
}
const calls = () => native<SpawnerCalls>()

/** Types of requests and reports; the same numbers as in native/include/plan.h and monitor-protocol.h. */
export const REQUEST = {
  START: 1,
  START_MEMFD: 2,
  CONTINUE: 3,
  KILL: 4,
  MONITOR: 16,
  HELLO: 17,
  DETACH: 18,
  HOLD: 19,
  OOM: 20,
  ATTACH: 21,
  UNATTACH: 22,
  RESIZE: 23,
  SIGNAL: 24,
} as const
/** Reports of the spawner; LOST, of the addon, is the last: the connection is gone. */
export const REPORT = {
  CLONED: 1,
  STARTED: 2,
  FAILED: 3,
  WARNING: 4,
  BARRIER: 5,
  FD: 6,
  EXIT: 7,
  GONE: 8,
  HELLO: 16,
  DONE: 17,
  ENDED: 18,
  LAGGED: 19,
  LOST: 100,
} as const

/** One report of the spawner; which fields count depends on the type (native/include/plan.h). */
export interface Report {
  readonly type: number
  readonly id: number
  readonly pid: number
  readonly op: number
  /** errno, positive. */
  readonly error: number
  readonly value: number
  readonly final: boolean
  readonly maxRssKiB: number
  readonly userUs: number
  readonly systemUs: number
  /** A descriptor that came with it and now belongs to the reader, or -1. */
  readonly fd: number
  readonly detail: string
}

const FIELDS = 12

function toReport(batch: readonly unknown[], at: number): Report {
  const number = (index: number) => batch[at + index] as number
  return {
    type: number(0),
    id: number(1),
    pid: number(2),
    op: number(3),
    error: number(4),
    value: number(5),
    final: number(6) !== 0,
    maxRssKiB: number(7),
    userUs: number(8),
    systemUs: number(9),
    fd: number(10),
    detail: batch[at + 11] as string,
  }
}

/** What `init` is started as. */
export type InitRole = 'guard' | 'detached' | 'monitor'

function open(path: string, role: string, action: string, onReport: (report: Report) => void): SpawnerHandle {
  const opened = calls().spawnerOpen(path, role, (batch) => {
    for (let at = 0; at < batch.length; at += FIELDS) onReport(toReport(batch, at))
  })
  if (typeof opened === 'number') {
    check(role === 'connect' ? 'connect' : 'execveat', opened, { action, path })
  }
  return opened as SpawnerHandle
}

/**
 * Starts `init`: as guard and spawner, `detached` as a spawner alone whose children outlive it, or as the `monitor` of
 * one container. Reports arrive on the event loop, which the connection does not keep alive unless told to
 * ({@link spawnerRef}).
 * @throws CofferdamError `ERR_SYSCALL` (EPERM where clone or exec is forbidden), `ERR_NATIVE_MISSING`
 */
export function spawnerOpen(role: InitRole, onReport: (report: Report) => void): SpawnerHandle {
  return open(
    programPath('init'),
    role,
    role === 'monitor' ? 'start a monitor' : 'start the spawner',
    onReport,
  )
}

/**
 * Connects to the socket of a monitor, which takes launches like a spawner.
 * @throws CofferdamError `ERR_SYSCALL` (ECONNREFUSED: it has ended; EAGAIN: it does not answer)
 */
export function monitorConnect(path: string, onReport: (report: Report) => void): SpawnerHandle {
  return open(path, 'connect', 'connect to the monitor', onReport)
}

/** Sends a request; false when the connection is full. @throws CofferdamError `ERR_SYSCALL` (EPIPE: it is gone) */
export function spawnerSend(
  spawner: SpawnerHandle,
  request: {
    readonly type: number
    readonly id: number
    readonly value?: number
    readonly size?: number
    readonly plan?: Uint8Array
    readonly fds?: readonly number[]
  },
): boolean {
  const { type, id, value = 0, size = 0, plan, fds = [] } = request
  const result = calls().spawnerSend(spawner, type, id, value, size, plan, fds)
  if (result === -11) return false
  check('sendmsg', result, { action: 'send to the spawner' })
  return true
}

/** Whether the connection keeps the event loop alive. */
export function spawnerRef(spawner: SpawnerHandle, on: boolean): void {
  calls().spawnerRef(spawner, on ? 1 : 0)
}

/** Process id of the guard (of the spawner when detached); of a monitor 0 or that of a process that has ended. */
export function spawnerPid(spawner: SpawnerHandle): number {
  return calls().spawnerPid(spawner)
}

/** Ends the spawner and what is attached to it; its LOST report follows when all is gone. */
export function spawnerShutdown(spawner: SpawnerHandle): void {
  calls().spawnerShutdown(spawner)
}
