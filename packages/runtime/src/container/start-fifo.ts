import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { mkfifo } from '@cofferdam/sys'

/** Makes the FIFO a created container waits at and opens both of its ends, so that neither open waits. */
export function openStartFifo(path: string): number {
  mkfifo(path, 0o600)
  return openSync(path, constants.O_RDWR)
}

/**
 * Lets a created container go: one byte into its FIFO, which is then removed. Of two starters one finds it gone.
 * @throws CofferdamError `ERR_CONTAINER_STATUS`
 */
export function releaseStart(path: string): void {
  let fd: number
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    unlinkSync(path)
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENXIO')) throw error
    throw new CofferdamError('ERR_CONTAINER_STATUS', 'cannot start a container that is not waiting for it', {
      path,
      cause: error,
    })
  }
  try {
    writeSync(fd, '\0')
  } finally {
    closeSync(fd)
  }
}
