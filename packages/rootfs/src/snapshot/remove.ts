import { closeSync, constants, openSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { CofferdamError, errorMessage, isErrno } from '@cofferdam/core'
import { Lane, removeTree as removeSmallTree, removeTreeOn } from '@cofferdam/sys'

/** Entries removed on the caller's thread before the rest goes to a worker: well under a millisecond. */
const SYNC_BUDGET = 64

/**
 * Removes a file or a tree by descriptors: symbolic links are removed, never followed, and any depth of directories
 * works. Small trees are removed at once, others on a worker thread. What is missing is no error.
 * Like `rm -rf PATH`; openat(2), unlinkat(2).
 * @throws CofferdamError `ERR_REMOVE_TREE`
 */
export async function removeTree(path: string): Promise<void> {
  const absolute = resolve(path)
  const name = basename(absolute)
  let parent: number
  try {
    parent = openSync(dirname(absolute), constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return
    throw error
  }
  try {
    if (removeSmallTree(parent, name, SYNC_BUDGET)) return
    using lane = new Lane()
    await removeTreeOn(lane, parent, name)
  } catch (error) {
    throw new CofferdamError('ERR_REMOVE_TREE', `remove ${absolute}: ${errorMessage(error)}`, {
      path: absolute,
      syscall: 'unlinkat',
      cause: error,
    })
  } finally {
    closeSync(parent)
  }
}
