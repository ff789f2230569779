import { open } from 'node:fs/promises'
import { LOCK, Lane, lock } from '@cofferdam/sys'

/**
 * Runs `work` while this process alone holds the lock file, like flock(1). The kernel gives the lock up when its
 * holder dies.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await using file = await open(path, 'a', 0o600)
  using lane = new Lane()
  await lock(lane, file.fd, LOCK.EX)
  return await work()
}
