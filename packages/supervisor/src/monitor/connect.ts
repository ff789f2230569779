import { closeSync, constants, openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { abortable, CofferdamError, isErrno } from '@cofferdam/core'
import { monitorConnect, O_PATH } from '@cofferdam/sys'
import { SOCKET } from '../protocol/config.js'
import { readRecord } from '../record.js'
import { Connection } from './connection.js'
import { Monitor } from './monitor.js'

/** Options of {@link connect}. */
export interface ConnectOptions {
  readonly signal?: AbortSignal
}

/** The socket's path has 107 bytes at most, so it is named through its directory. */
function open(directory: string): Connection {
  const fd = openSync(directory, O_PATH | constants.O_DIRECTORY)
  try {
    return new Connection((onReport) => monitorConnect(join(`/proc/self/fd/${fd}`, SOCKET), onReport))
  } finally {
    closeSync(fd)
  }
}

/**
 * Connects to the monitor of a container that any process of the same user (or root) has started.
 * @param directory the one the monitor was started with
 * @throws CofferdamError `ERR_MONITOR_NOT_FOUND`; `ERR_MONITOR_ENDED`: the container has ended, see `exitRecord`;
 * `ERR_MONITOR_BUSY`: it has too many clients; `ERR_MONITOR_VERSION`; the reason of `signal`
 */
export async function connect(directory: string, options: ConnectOptions = {}): Promise<Monitor> {
  options.signal?.throwIfAborted()
  const path = resolve(directory)
  const { alive } = readRecord(path)
  if (!alive) throw endedError(path)
  let connection: Connection
  try {
    connection = open(path)
  } catch (error) {
    if (isErrno(error, 'ECONNREFUSED', 'ENOENT') && !readRecord(path).alive) throw endedError(path, error)
    if (!isErrno(error, 'EAGAIN', 'ECONNREFUSED', 'ENOENT')) throw error
    throw new CofferdamError('ERR_MONITOR_BUSY', 'the monitor does not take connections', {
      path,
      cause: error,
      hint: 'it is being started, is about to end, is stopped (SIGSTOP), or waits for a disk',
    })
  }
  try {
    return new Monitor(path, connection, await abortable(connection.greet(), options.signal))
  } catch (error) {
    connection.close()
    if (!isErrno(error, 'ERR_MONITOR_LOST')) throw error
    if (!readRecord(path).alive) throw endedError(path, error)
    throw new CofferdamError(
      'ERR_MONITOR_BUSY',
      'the monitor has too many clients, or this is another user',
      {
        path,
        cause: error,
      },
    )
  }
}

function endedError(path: string, cause?: unknown): CofferdamError {
  return new CofferdamError('ERR_MONITOR_ENDED', 'the container has ended, and its monitor with it', {
    path,
    hint: 'exitRecord says how',
    ...(cause === undefined ? {} : { cause }),
  })
}
