import { constants } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isErrno } from '@cofferdam/core'
import { LOCK, Lane, lock, tryLock } from '@cofferdam/sys'

const shortestPause = 2
const longestPause = 50

/** A wait in flock(2) cannot be given up: this asks again and again. */
async function pollLock(fd: number, signal: AbortSignal): Promise<void> {
  for (let pause = shortestPause; !tryLock(fd, LOCK.EX); pause = Math.min(2 * pause, longestPause)) {
    await sleep(pause, undefined, { signal }).catch(() => {})
    signal.throwIfAborted()
  }
}

/**
 * Opens a file, made if it is missing, and waits until this open file alone holds its lock (flock(2)), against other
 * processes and against other opens of this one. Closing it, or death, releases the lock.
 * @throws CofferdamError `ERR_SYSCALL`, or the signal's reason
 */
export async function openLocked(path: string, signal?: AbortSignal): Promise<FileHandle> {
  for (;;) {
    signal?.throwIfAborted()
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
    try {
      if (signal !== undefined) await pollLock(file.fd, signal)
      else if (!tryLock(file.fd, LOCK.EX)) {
        using lane = new Lane()
        await lock(lane, file.fd, LOCK.EX)
      }
      const [held, named] = await Promise.all([file.stat(), stat(path)])
      if (held.ino === named.ino && held.dev === named.dev) return file
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) {
        await file.close()
        throw error
      }
    }
    await file.close() // it was renamed or removed while we waited
  }
}
