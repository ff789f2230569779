import { setTimeout as sleep } from 'node:timers/promises'
import type { CgroupStep } from '@cofferdam/sys'
import { stepError } from './error.js'
import type { Directory } from './directories.js'
import { runSteps } from './steps.js'
import { removeBelow } from './tree.js'

const ENOENT = -2
const EBUSY = -16
const GIVE_UP_AFTER = 2000

/**
 * Removes the directories in all hierarchies, with the cgroups that were made below them. A killed process leaves its
 * cgroup only when it has exited, so EBUSY is tried again, without blocking anything, for two seconds from the last
 * cgroup below that could be removed. Directories already gone are no error.
 * @throws CofferdamError `ERR_CGROUP_BUSY`
 */
export async function removeCgroup(all: readonly Directory[]): Promise<void> {
  let left = all.map(({ path }) => path)
  let end = performance.now() + GIVE_UP_AFTER
  for (let wait = 1; ; wait = Math.min(50, wait * 2)) {
    const steps: CgroupStep[] = left.map((path) => ({ kind: 'rmdir', path, optional: true }))
    const outcomes = await runSteps(steps)
    const failed = left.filter((_, index) => outcomes[index] !== 0 && outcomes[index] !== ENOENT)
    if (failed.length === 0) return
    const worst = failed.map((path) => ({ path, result: outcomes[left.indexOf(path)] as number }))
    const other = worst.find(({ result }) => result !== EBUSY)
    if (other !== undefined) throw stepError('rmdir', 'remove cgroup', other.path, other.result)
    if (performance.now() > end) throw stepError('rmdir', 'remove cgroup', worst[0]?.path ?? '', EBUSY)
    left = failed
    let removed = false
    for (const path of left) removed = (await removeBelow(path)) || removed
    if (removed) end = performance.now() + GIVE_UP_AFTER
    else await sleep(wait)
  }
}
