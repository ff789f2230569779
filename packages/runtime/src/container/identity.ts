import { bootId, closeQuietly, isAlive, pidfdOpen, pidfdSendSignal } from '@cofferdam/sys'
import { isErrno } from '@cofferdam/core'
import type { StateRecord } from '../state/record.js'

/**
 * A descriptor of the container's first process, by pid and start time, so that a reused pid is not mistaken for it;
 * undefined when it is gone. The caller closes it.
 */
export function openProcess(record: StateRecord): number | undefined {
  if (record.pid <= 0 || record.bootId !== bootId()) return undefined
  let fd: number
  try {
    fd = pidfdOpen(record.pid)
  } catch (error) {
    if (isErrno(error, 'ESRCH', 'EINVAL')) return undefined
    throw error
  }
  if (isAlive(record.pid, record.startTime)) return fd
  closeQuietly(fd)
  return undefined
}

/** Sends a signal to the container's first process; false when it is gone. */
export function signalProcess(record: StateRecord, signal: NodeJS.Signals | number): boolean {
  const fd = openProcess(record)
  if (fd === undefined) return false
  try {
    return pidfdSendSignal(fd, signal)
  } finally {
    closeQuietly(fd)
  }
}
