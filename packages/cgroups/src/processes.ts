import type { CgroupStep } from '@cofferdam/sys'
import { type Directory, directoryOf, unifiedDirectory } from './directories.js'
import type { CgroupLayout } from './layout/detect.js'
import { failure, runSteps } from './steps.js'
import { readIfThere } from './stat.js'

/**
 * Moves a process into the cgroup, in all hierarchies one write after the other: the first waits for a grace period when
 * none was waited for within the last 10 ms, the others then cost 10 microseconds each.
 * @throws CofferdamError `ERR_CGROUP_PROCESS_GONE` and others
 */
export async function joinCgroup(all: readonly Directory[], pid: number): Promise<void> {
  const steps: CgroupStep[] = all.map(({ path }) => ({
    kind: 'write',
    path: `${path}/cgroup.procs`,
    data: String(pid),
  }))
  const error = failure(steps, await runSteps(steps))
  if (error !== undefined) throw error
}

/** The processes in the cgroup itself, not in its children. */
export async function readPids(layout: CgroupLayout, all: readonly Directory[]): Promise<number[]> {
  const directory = directoryOf(all, 'pids', layout.mode) ?? all[0]?.path
  const text = await readIfThere(directory, 'cgroup.procs')
  return (text ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map(Number)
}

/** How often the kernel killed a process of the cgroup for want of memory; undefined without memory controller. */
export async function readOomKills(
  layout: CgroupLayout,
  all: readonly Directory[],
): Promise<number | undefined> {
  const v2 = layout.mode === 'v2' ? unifiedDirectory(all) : undefined
  const text =
    v2 === undefined
      ? await readIfThere(directoryOf(all, 'memory', layout.mode), 'memory.oom_control')
      : await readIfThere(v2, 'memory.events')
  const match = text === undefined ? undefined : /^oom_kill (\d+)$/m.exec(text)
  return match === undefined || match === null ? undefined : Number(match[1])
}
