import type { CgroupOutcome, CgroupStep } from '@cofferdam/sys'
import {
  enableControllers,
  fillAncestors,
  fillCpuset,
  makeWithAncestors,
  missingControllers,
  readCpuset,
  removeDirectories,
  run,
} from './ancestors.js'
import { neededControllers } from './controllers/index.js'
import { attachDeviceRules } from './devices/attach.js'
import { type Directory, directories, directoryOf, unifiedDirectory } from './directories.js'
import type { CgroupLayout } from './layout/detect.js'
import type { CgroupResources } from './resources.js'
import { failure, runSteps } from './steps.js'
import { isChoice, placeWrites, writeStep } from './write.js'

/**
 * Makes the directories and writes the limits, in one go on the cgroup thread. What was made is removed again when a
 * step fails. Limits are checked before anything is touched.
 */
export async function createCgroup(
  layout: CgroupLayout,
  path: string,
  resources: CgroupResources,
  reuse: boolean,
): Promise<void> {
  const all = directories(layout, path)
  const writes = placeWrites(layout, all, resources)
  const needed = neededControllers(resources)
  const disabled = async () => (layout.mode === 'v2' ? missingControllers(layout, path, needed) : [])
  const ready = (await disabled()).length === 0
  // Choices can only be made when the directories are there.
  const direct = writes.some(isChoice) ? [] : writes.map(writeStep)
  const cpuset = layout.mode === 'v2' ? undefined : directoryOf(all, 'cpuset', layout.mode)
  const reads = cpuset === undefined ? [] : readCpuset(cpuset)
  const rest = [...direct, ...reads]
  let made: Directory[] = []
  let outcomes: CgroupOutcome[]
  try {
    const attempt = ready && !reuse ? await makeAndWrite(all, rest, layout) : undefined
    if (attempt !== undefined) {
      made = attempt.made
      if (attempt.error !== undefined) throw attempt.error
      outcomes = attempt.outcomes
    } else {
      made = await makeWithAncestors(layout, path, reuse)
      await fillAncestors(layout, path)
      // Asked again: what lies above may have been removed, and made anew, since.
      const missing = await disabled()
      if (missing.length > 0) await enableControllers(layout, path, missing, needed)
      outcomes = await run(rest)
    }
    if (direct.length < writes.length) await run(writes.map(writeStep))
    const unified = layout.mode === 'v2' ? unifiedDirectory(all) : undefined
    if (unified !== undefined && (resources.devices?.length ?? 0) > 0)
      await attachDeviceRules(unified, resources.devices ?? [])
    if (cpuset !== undefined) await fillCpuset(cpuset, outcomes.slice(-reads.length))
  } catch (failed) {
    await removeDirectories(made)
    throw failed
  }
}

/** One go where what lies above is there, with its controllers; undefined, and nothing made, where it is not. */
async function makeAndWrite(all: readonly Directory[], rest: readonly CgroupStep[], { mode }: CgroupLayout) {
  const steps: CgroupStep[] = [...all.map(({ path }) => ({ kind: 'mkdir' as const, path })), ...rest]
  const outcomes = await runSteps(steps)
  const made = all.filter((_, index) => outcomes[index] === 0)
  const error = failure(steps, outcomes)
  const bare = mode === 'v2' && error?.code === 'ERR_CGROUP_CONTROLLER_MISSING'
  if (error?.code !== 'ERR_CGROUP_NOT_FOUND' && !bare) return { made, error, outcomes }
  await removeDirectories(made)
  return undefined
}
