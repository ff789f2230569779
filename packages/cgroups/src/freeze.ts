import { setTimeout as sleep } from 'node:timers/promises'
import { CofferdamError } from '@cofferdam/core'
import { type Directory, directoryOf, unifiedDirectory } from './directories.js'
import type { CgroupLayout } from './layout/detect.js'
import { failure, runSteps } from './steps.js'
import { readIfThere } from './stat.js'

interface Freezer {
  readonly file: string
  readonly on: string
  readonly off: string
  frozen(): Promise<boolean>
}

function freezer(layout: CgroupLayout, all: readonly Directory[]): Freezer {
  const v1 = layout.mode === 'v2' ? undefined : directoryOf(all, 'freezer', layout.mode)
  if (v1 !== undefined)
    return {
      file: `${v1}/freezer.state`,
      on: 'FROZEN',
      off: 'THAWED',
      frozen: async () => (await readIfThere(v1, 'freezer.state'))?.trim() === 'FROZEN',
    }
  const v2 = unifiedDirectory(all)
  if (v2 === undefined)
    throw new CofferdamError('ERR_CGROUP_CONTROLLER_MISSING', 'no mounted cgroup hierarchy has freezer')
  return {
    file: `${v2}/cgroup.freeze`,
    on: '1',
    off: '0',
    frozen: async () => /^frozen 1$/m.test((await readIfThere(v2, 'cgroup.events')) ?? ''),
  }
}

/** Whether every process of the cgroup stands still. */
export async function isFrozen(layout: CgroupLayout, all: readonly Directory[]): Promise<boolean> {
  return freezer(layout, all).frozen()
}

/**
 * Stops or continues all processes and waits until they have. v1 stays in FREEZING when a process forks meanwhile;
 * writing again finishes it.
 */
export async function setFrozen(
  layout: CgroupLayout,
  all: readonly Directory[],
  on: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const control = freezer(layout, all)
  const steps = [{ kind: 'write', path: control.file, data: on ? control.on : control.off }] as const
  for (let wait = 1; ; wait = Math.min(50, wait * 2)) {
    const error = failure(steps, await runSteps(steps))
    if (error !== undefined) throw error
    if (!on || (await control.frozen())) return
    try {
      await sleep(wait, undefined, signal === undefined ? {} : { signal })
    } catch (cause) {
      await runSteps([{ kind: 'write', path: control.file, data: control.off, optional: true }])
      throw signal?.reason ?? cause
    }
  }
}
