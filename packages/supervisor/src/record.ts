import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { CofferdamError, errnoName, isCofferdamError, isErrno } from '@cofferdam/core'
import { exitStatus } from '@cofferdam/process'
import { LOCK, tryLock } from '@cofferdam/sys'
import { connect } from './monitor/connect.js'
import { RECORD } from './protocol/config.js'
import { decodeRecord, type MonitorRecord, RECORD_SIZE } from './protocol/record.js'

/** How a detached container ended. */
export interface DetachedExit {
  /** Its status; null when a signal ended it, or nobody knows how it ended. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** The kernel killed a process of it for want of memory; undefined where that is not known. */
  readonly oomKilled: boolean | undefined
  /**
   * `monitor-lost`: its monitor was killed, or the machine went down, and it with it. `start-failed`: its program never
   * ran, `errno` says why where that is known.
   */
  readonly reason?: 'monitor-lost' | 'start-failed'
  readonly errno?: string
  readonly startedAt?: Date
  readonly finishedAt?: Date
  /** What its first process used (getrusage(2)); bytes and milliseconds. */
  readonly usage?: { readonly maxRss: number; readonly userMs: number; readonly systemMs: number }
}

const date = (ns: bigint) => new Date(Number(ns / 1_000_000n))

/** What a record says of the end; undefined while there is none. */
export function exitOf(record: MonitorRecord): DetachedExit | undefined {
  if (record.phase === 'failed') {
    const errno = record.error === 0 ? {} : { errno: errnoName(record.error) }
    return { exitCode: null, signal: null, oomKilled: undefined, reason: 'start-failed', ...errno }
  }
  if (record.phase !== 'exited') return undefined
  const { exitCode, signal, usage } = exitStatus({ ...record, value: record.status })
  return {
    exitCode,
    signal,
    oomKilled: record.oomKills === undefined ? undefined : record.oomKills > 0,
    ...(record.startedAt === 0n ? {} : { startedAt: date(record.startedAt) }),
    finishedAt: date(record.endedAt),
    usage,
  }
}

/** The record in a monitor's directory and whether the monitor lives, which holds a lock on it. */
export function readRecord(directory: string): { record: MonitorRecord | undefined; alive: boolean } {
  const path = join(directory, RECORD)
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error
    throw new CofferdamError('ERR_MONITOR_NOT_FOUND', `no monitor was started in ${directory}`, {
      path,
      cause: error,
    })
  }
  try {
    // The lock first: a monitor that ends in between has written its last before.
    const alive = !tryLock(fd, LOCK.SH)
    const bytes = Buffer.alloc(RECORD_SIZE)
    return { record: decodeRecord(bytes.subarray(0, readSync(fd, bytes, 0, RECORD_SIZE, 0))), alive }
  } finally {
    closeSync(fd)
  }
}

/**
 * Whether the monitor of a directory lives: for `ended` of `readLog`, so that a log whose writer was killed is not waited
 * for. @throws CofferdamError `ERR_MONITOR_NOT_FOUND`
 */
export function monitorAlive(directory: string): boolean {
  return readRecord(directory).alive
}

/**
 * How the container of a monitor's directory ended, of whichever process; undefined while it has not. A monitor that is
 * gone without having written it was killed: that is `monitor-lost`, never a status of 0.
 * @throws CofferdamError `ERR_MONITOR_NOT_FOUND`
 */
export function exitRecord(directory: string): DetachedExit | undefined {
  const { record, alive } = readRecord(directory)
  const exit = record === undefined ? undefined : exitOf(record)
  if (exit !== undefined || alive) return exit
  const startedAt =
    record === undefined || record.startedAt === 0n ? {} : { startedAt: date(record.startedAt) }
  return { exitCode: null, signal: null, oomKilled: undefined, reason: 'monitor-lost', ...startedAt }
}

/**
 * Waits until the container of a monitor's directory has ended, like `docker wait`.
 * @throws CofferdamError `ERR_MONITOR_NOT_FOUND`; those of `connect`; the reason of `signal`
 */
export async function waitForExit(
  directory: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<DetachedExit> {
  options.signal?.throwIfAborted()
  try {
    await using monitor = await connect(directory, options)
    return await monitor.wait(options)
  } catch (error) {
    const exit =
      isCofferdamError(error) && error.code.startsWith('ERR_MONITOR') ? exitRecord(directory) : undefined
    if (exit === undefined) throw error
    return exit
  }
}
