import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { lstat, mkdir, open, readdir, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isErrno } from '@cofferdam/core'
import { LOCK, Lane, removeTreeOn, tryLock } from '@cofferdam/sys'

/** Removes a file or directory tree by descriptors, off this thread. */
export async function removeAt(parent: string, name: string): Promise<void> {
  await using directory = await open(
    parent,
    constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
  )
  using lane = new Lane()
  await removeTreeOn(lane, directory.fd, name)
}

/** A name that no other process chooses. */
export function temporaryName(): string {
  return randomBytes(8).toString('hex')
}

/** Takes the lock that says that the maker of a new file or directory lives; false when a sweep was faster. */
export async function claim(file: FileHandle): Promise<boolean> {
  return tryLock(file.fd, LOCK.EX) && (await file.stat()).nlink > 0
}

/** Opens a new file in a directory, made if it is missing, locked until it is closed: {@link sweepUnlocked} leaves it. */
export async function createTemporary(directory: string): Promise<{ path: string; file: FileHandle }> {
  const path = join(directory, temporaryName())
  let file: FileHandle
  try {
    file = await open(path, 'wx', 0o644)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
    await mkdir(directory, { recursive: true, mode: 0o700 })
    file = await open(path, 'wx', 0o644)
  }
  if (await claim(file)) return { path, file }
  await file.close()
  return createTemporary(directory)
}

/** Options of a sweep. */
export interface SweepOptions {
  /** Only says what there is. */
  readonly dryRun?: boolean
  /**
   * Milliseconds that it waits for locks, 0 unless given. A process that dies while it starts another leaves its
   * descriptors, and so its locks, to the half-born child until that has come to execve(2).
   */
  readonly patience?: number
}

const LOCK_POLL = 5

async function lockBy(fd: number, deadline: number): Promise<boolean> {
  while (!tryLock(fd, LOCK.EX)) {
    if (performance.now() >= deadline) return false
    await sleep(LOCK_POLL)
  }
  return true
}

/**
 * What of a directory nobody has locked: its maker is dead. Removed unless `dryRun`; returns the paths. `doomed` says
 * whether an entry is to go.
 */
export async function sweepUnlocked(
  directory: string,
  options: SweepOptions & {
    readonly doomed?: (name: string, stats: Stats) => boolean | Promise<boolean>
  } = {},
): Promise<string[]> {
  const found: string[] = []
  const deadline = performance.now() + (options.patience ?? 0)
  for (const name of await readdir(directory).catch(() => [])) {
    try {
      await using entry = await open(join(directory, name), constants.O_RDONLY | constants.O_NOFOLLOW)
      if (!(await lockBy(entry.fd, deadline))) continue
      const [held, named] = await Promise.all([entry.stat(), lstat(join(directory, name))])
      if (held.ino !== named.ino) continue // another file has the name since it was opened
      if (options.doomed !== undefined && !(await options.doomed(name, held))) continue
      if (options.dryRun !== true) await removeAt(directory, name)
      found.push(join(directory, name))
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
    }
  }
  return found
}
