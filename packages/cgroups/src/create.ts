import { CofferdamError } from '@cofferdam/core'
import type { CgroupOutcome, CgroupStep } from '@cofferdam/sys'
import { neededControllers } from './controllers/index.js'
import { attachDeviceRules } from './devices/attach.js'
import { stepError } from './error.js'
import { type Directory, directories, directoryOf, unifiedDirectory } from './directories.js'
import type { CgroupLayout } from './layout/detect.js'
import { ancestors } from './name.js'
import type { CgroupResources } from './resources.js'
import { failure, runSteps } from './run.js'
import { isChoice, placeWrites, writeStep } from './write.js'

const cpusetFiles = ['cpuset.cpus', 'cpuset.mems']

/** What v2 hands down so that the figures of `stat` exist whether limited or not. */
const wanted = ['cpu', 'memory', 'pids', 'io', 'cpuset', 'hugetlb', 'rdma']

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
  if (layout.mode === 'v2') await enableControllers(layout, path, needed)

  const makes: CgroupStep[] = all.map((directory) => ({
    kind: 'mkdir',
    path: directory.path,
    optional: reuse,
  }))
  // Choices can only be made when the directories are there.
  const direct = writes.some(isChoice) ? [] : writes.map(writeStep)
  const cpuset = layout.mode === 'v2' ? undefined : directoryOf(all, 'cpuset', layout.mode)
  const reads: CgroupStep[] =
    cpuset === undefined ? [] : cpusetFiles.map((file) => ({ kind: 'read', path: `${cpuset}/${file}` }))
  const steps = [...makes, ...direct, ...reads]
  let outcomes: CgroupOutcome[] = []
  const attempt = async () => {
    outcomes = await runSteps(steps)
    return failure(steps, outcomes)
  }
  let error = await attempt()
  const undo = () => remove(reuse ? [] : all.filter((_, index) => outcomes[index] === 0))
  if (error?.code === 'ERR_CGROUP_NOT_FOUND') {
    await undo()
    await createAncestors(layout, path)
    error = await attempt()
  }
  try {
    if (error !== undefined) throw error
    if (direct.length < writes.length) await run(writes.map(writeStep))
    const unified = layout.mode === 'v2' ? unifiedDirectory(all) : undefined
    if (unified !== undefined && (resources.devices?.length ?? 0) > 0)
      await attachDeviceRules(unified, resources.devices ?? [])
    if (cpuset !== undefined) await fillCpuset(cpuset, outcomes.slice(-reads.length))
  } catch (failed) {
    await undo()
    throw failed
  }
}

async function run(steps: readonly CgroupStep[]): Promise<void> {
  const error = failure(steps, await runSteps(steps))
  if (error !== undefined) throw error
}

async function remove(made: readonly Directory[]): Promise<void> {
  await runSteps(made.map(({ path }) => ({ kind: 'rmdir', path, optional: true })))
}

/** Makes what lies above the cgroup. A cpuset hands its processors down to children made afterwards. */
async function createAncestors(layout: CgroupLayout, path: string): Promise<void> {
  for (const ancestor of ancestors(path)) {
    const all = directories(layout, ancestor)
    await makeDirectories(all.map(({ path: directory }) => directory))
    const cpuset = layout.mode === 'v2' ? undefined : directoryOf(all, 'cpuset', layout.mode)
    if (cpuset === undefined) continue
    const files: CgroupStep[] = cpusetFiles.map((file) => ({ kind: 'read', path: `${cpuset}/${file}` }))
    await fillCpuset(cpuset, await runSteps(files))
    await runSteps([{ kind: 'write', path: `${cpuset}/cgroup.clone_children`, data: '1', optional: true }])
  }
}

/** mkdir of each that is not there; another process may make them at the same time. */
async function makeDirectories(paths: readonly string[]): Promise<void> {
  const steps: CgroupStep[] = paths.map((path) => ({ kind: 'mkdir', path, optional: true }))
  const outcomes = await runSteps(steps)
  for (const [index, outcome] of outcomes.entries()) {
    const error = stepError('mkdir', 'create cgroup', paths[index] as string, Number(outcome))
    if (Number(outcome) < 0 && error.code !== 'ERR_CGROUP_EXISTS') throw error
  }
}

/** A v1 cpuset without processors or memory nodes takes no process: it gets its parent's. `own` is what it has. */
async function fillCpuset(directory: string, own: readonly CgroupOutcome[]): Promise<void> {
  const parent = directory.slice(0, directory.lastIndexOf('/'))
  const empty = cpusetFiles.filter((_, index) => String(own[index]).trim() === '')
  if (empty.length === 0) return
  const above = await runSteps(empty.map((file) => ({ kind: 'read', path: `${parent}/${file}` })))
  await run(
    empty.map((file, index) => ({
      kind: 'write',
      path: `${directory}/${file}`,
      data: String(above[index]).trim(),
    })),
  )
}

/** Turns controllers on in `cgroup.subtree_control` from the top to the cgroup's parent. */
async function enableControllers(
  layout: CgroupLayout,
  path: string,
  needed: readonly string[],
): Promise<void> {
  const top = layout.v2?.mountPoint ?? ''
  const levels = ['', ...ancestors(path)].map((level) => top + level)
  const parent = levels.at(-1) as string
  const has = async (file: string) => {
    const [text] = await runSteps([{ kind: 'read', path: file, optional: true }])
    return typeof text === 'string' ? text.trim().split(' ') : []
  }
  const enabled = await has(`${parent}/cgroup.subtree_control`)
  const available = await has(`${top}/cgroup.controllers`)
  const absent = needed.find((name) => !available.includes(name))
  if (absent !== undefined)
    throw new CofferdamError(
      'ERR_CGROUP_CONTROLLER_MISSING',
      `the cgroup hierarchy at ${top} has no ${absent}`,
      {
        path: `${top}/cgroup.controllers`,
        hint: `there are: ${available.join(' ') || 'none'}; a delegated subtree has only what its owner handed down`,
      },
    )
  const missing = wanted.filter((name) => available.includes(name) && !enabled.includes(name))
  if (missing.length === 0) return
  for (const [index, level] of levels.entries()) {
    if (index > 0) await makeDirectories([level])
    await run(
      missing.map((name) => ({
        kind: 'write',
        path: `${level}/cgroup.subtree_control`,
        data: `+${name}`,
        optional: !needed.includes(name),
      })),
    )
  }
}
