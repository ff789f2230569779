import { check } from './check.js'
import type { Lane, LaneHandle } from './lane.js'
import { native } from './native.js'

interface RemoveCalls {
  removeTree(dirfd: number, name: string, budget: number): number
  removeTreeOn(lane: LaneHandle, dirfd: number, name: string): Promise<number>
}
const calls = () => native<RemoveCalls>()
const EAGAIN = -11

/**
 * Removes `name` in a directory with all below it, by descriptors and without following links, while that takes at
 * most `budget` entries; false when more are left. What is missing is removed. @throws CofferdamError `ERR_SYSCALL`
 */
export function removeTree(dirfd: number, name: string, budget: number): boolean {
  const result = calls().removeTree(dirfd, name, budget)
  if (result === EAGAIN) return false
  check('unlinkat', result, { path: name })
  return true
}

/** {@link removeTree} of any size on the lane's thread. @throws CofferdamError `ERR_SYSCALL` */
export async function removeTreeOn(lane: Lane, dirfd: number, name: string): Promise<void> {
  check('unlinkat', await calls().removeTreeOn(lane.handle, dirfd, name), { path: name })
}
