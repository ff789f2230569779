import { constants } from 'node:os'
import { CofferdamError } from '@cofferdam/core'
import type { CgroupOutcome, CgroupStep } from '@cofferdam/sys'
import { type Directory, directories, directoryOf } from './directories.js'
import { stepError } from './error.js'
import type { CgroupLayout } from './layout/detect.js'
import { ancestors } from './name.js'
import { failure, runSteps } from './steps.js'

const cpusetFiles = ['cpuset.cpus', 'cpuset.mems']

/** Reads what a v1 cpuset has, for {@link fillCpuset}. */
export const readCpuset = (directory: string): CgroupStep[] =>
  cpusetFiles.map((file) => ({ kind: 'read', path: `${directory}/${file}` }))

/** What v2 hands down so that the figures of `stat` exist whether limited or not. */
const wanted = ['cpu', 'memory', 'pids', 'io', 'cpuset', 'hugetlb', 'rdma']

/** Each is lost only to a prune that comes between two neighbouring steps. */
const PIN_TRIES = 20

/**
 * Makes the cgroup's directories with all that lies above them, in one go: once the cgroup is there, nobody who prunes
 * empty directories can take its ancestors away. Returns what was made; nothing is left when it throws.
 */
export async function makeWithAncestors(
  layout: CgroupLayout,
  path: string,
  reuse: boolean,
): Promise<Directory[]> {
  const all = directories(layout, path)
  const above = ancestors(path).flatMap((ancestor) => directories(layout, ancestor))
  const steps = [...above, ...all].map((directory): CgroupStep => ({
    kind: 'mkdir',
    path: directory.path,
    optional: true,
  }))
  for (let tries = 1; ; tries++) {
    const outcomes = await runSteps(steps)
    const made = all.filter((_, index) => outcomes[above.length + index] === 0)
    const failed = outcomes.findIndex(
      (outcome, index) => Number(outcome) < 0 && !(isTaken(outcome) && (reuse || index < above.length)),
    )
    if (failed === -1) return made
    await removeDirectories(made)
    const error = stepError(
      'mkdir',
      'create cgroup',
      (steps[failed] as CgroupStep).path,
      Number(outcomes[failed]),
    )
    if (error.errno !== 'ENOENT' || tries === PIN_TRIES) throw error
  }
}

const isTaken = (outcome: CgroupOutcome) => outcome === -constants.errno.EEXIST

export async function removeDirectories(made: readonly Directory[]): Promise<void> {
  await runSteps(made.map(({ path }) => ({ kind: 'rmdir', path, optional: true })))
}

/** Gives each ancestor's v1 cpuset processors and memory nodes, and has it hand them to children made afterwards. */
export async function fillAncestors(layout: CgroupLayout, path: string): Promise<void> {
  if (layout.mode === 'v2') return
  for (const ancestor of ancestors(path)) {
    const cpuset = directoryOf(directories(layout, ancestor), 'cpuset', layout.mode)
    if (cpuset === undefined) continue
    await fillCpuset(cpuset, await runSteps(readCpuset(cpuset)))
    await runSteps([{ kind: 'write', path: `${cpuset}/cgroup.clone_children`, data: '1', optional: true }])
  }
}

/**
 * A v1 cpuset without processors or memory nodes takes no process: it gets its parent's. `own` is what it has. A parent
 * that another process has just made may have none yet: then it gets its own first.
 */
export async function fillCpuset(directory: string, own: readonly CgroupOutcome[]): Promise<void> {
  const parent = directory.slice(0, directory.lastIndexOf('/'))
  const empty = cpusetFiles.filter((_, index) => String(own[index]).trim() === '')
  if (empty.length === 0) return
  const reads: CgroupStep[] = empty.map((file) => ({ kind: 'read', path: `${parent}/${file}` }))
  let above = await run(reads)
  if (above.some((text) => String(text).trim() === '')) {
    await fillCpuset(parent, await run(readCpuset(parent)))
    above = await run(reads)
  }
  await run(
    empty.map((file, index) => ({
      kind: 'write',
      path: `${directory}/${file}`,
      data: String(above[index]).trim(),
    })),
  )
}

/**
 * The controllers that the cgroup's parent on v2 does not hand down yet.
 * @throws CofferdamError `ERR_CGROUP_CONTROLLER_MISSING`: the hierarchy has none of that name
 */
export async function missingControllers(
  layout: CgroupLayout,
  path: string,
  needed: readonly string[],
): Promise<string[]> {
  const levels = controlled(layout, path)
  const top = levels[0] as string
  const enabled = await words(`${levels.at(-1) as string}/cgroup.subtree_control`)
  const available = await words(`${top}/cgroup.controllers`)
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
  return wanted.filter((name) => available.includes(name) && !enabled.includes(name))
}

/** Turns controllers on in `cgroup.subtree_control` from the top to the cgroup's parent. */
export async function enableControllers(
  layout: CgroupLayout,
  path: string,
  missing: readonly string[],
  needed: readonly string[],
): Promise<void> {
  for (const level of controlled(layout, path)) {
    // What is handed down already is not written again: above a delegated subtree that is not permitted.
    const file = `${level}/cgroup.subtree_control`
    const enabled = await words(file)
    const lacking = missing.filter((name) => !enabled.includes(name))
    await run(
      lacking.map((name) => ({
        kind: 'write',
        path: file,
        data: `+${name}`,
        optional: !needed.includes(name),
      })),
    )
  }
}

/** Words of a file; none where it is missing. */
async function words(path: string): Promise<string[]> {
  const [text] = await runSteps([{ kind: 'read', path, optional: true }])
  return typeof text === 'string' ? text.trim().split(' ') : []
}

/** The directories whose `cgroup.subtree_control` decides what the cgroup has. */
function controlled(layout: CgroupLayout, path: string): string[] {
  const top = layout.v2?.mountPoint ?? ''
  return ['', ...ancestors(path)].map((level) => top + level)
}

/** Runs steps; the first that fails is thrown. */
export async function run(steps: readonly CgroupStep[]): Promise<CgroupOutcome[]> {
  const outcomes = await runSteps(steps)
  const error = failure(steps, outcomes)
  if (error !== undefined) throw error
  return outcomes
}
