import { setTimeout as sleep } from 'node:timers/promises'
import { isErrno } from '@cofferdam/core'
import { type Directory, directoryOf, unifiedDirectory } from './directories.js'
import type { CgroupLayout } from './layout/detect.js'
import { failure, runSteps } from './steps.js'
import { pidsBelow, writeBelow } from './tree.js'

/**
 * Sends SIGKILL to every process of the cgroup and its children: `cgroup.kill` of the v2 hierarchy (Linux 5.14), which
 * cannot miss one that forks. Where there is none: freeze, signal each, thaw, until none is left. Frozen v1 processes
 * die only when thawed, so the group and its children are thawed afterwards.
 */
export async function killCgroup(layout: CgroupLayout, all: readonly Directory[]): Promise<void> {
  const unified = unifiedDirectory(all)
  const freezer = layout.mode === 'v2' ? undefined : directoryOf(all, 'freezer', layout.mode)
  const thaw = async () => {
    if (freezer !== undefined) await writeBelow(freezer, 'freezer.state', 'THAWED')
  }
  if (unified !== undefined) {
    const steps = [{ kind: 'write', path: `${unified}/cgroup.kill`, data: '1' }] as const
    const [outcome] = await runSteps(steps)
    await thaw()
    // ENOENT: an older kernel, or no cgroup any more.
    if (outcome === 0) return
    if (outcome !== -2) throw failure(steps, [outcome as number]) as Error
  }
  for (let round = 0; round < 100; round++) {
    if (freezer !== undefined)
      await runSteps([{ kind: 'write', path: `${freezer}/freezer.state`, data: 'FROZEN', optional: true }])
    const pids = pidsBelow(directoryOf(all, 'pids', layout.mode) ?? all[0]?.path ?? '')
    for (const pid of pids) sendKill(pid)
    await thaw()
    if (pids.length === 0) return
    await sleep(Math.min(20, round))
  }
}

function sendKill(pid: number): void {
  // A process of another pid namespace; to kill(2) it would be this process's own group.
  if (pid === 0) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error
  }
}
