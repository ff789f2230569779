import type { CofferdamError } from '@cofferdam/core'
import { type CgroupOutcome, type CgroupStep, Lane, cgroupSteps } from '@cofferdam/sys'
import { stepError } from './error.js'

const lane = new Lane()

/**
 * Runs steps on the thread that all cgroups of this environment share: the kernel lets one migration from outside through
 * at a time, and those queued behind one that waited find the grace period over.
 */
export function runSteps(steps: readonly CgroupStep[]): Promise<CgroupOutcome[]> {
  return cgroupSteps(lane, steps)
}

/** The lane of {@link runSteps}, for other calls that wait for the same lock. */
export function cgroupLane(): Lane {
  return lane
}

const actions: Readonly<Record<CgroupStep['kind'], string>> = {
  mkdir: 'create cgroup',
  rmdir: 'remove cgroup',
  write: 'write',
  openWrite: 'open',
  read: 'read',
  openDir: 'open',
}

/** The error of the step that stopped the others, if one did. */
export function failure(
  steps: readonly CgroupStep[],
  outcomes: readonly CgroupOutcome[],
): CofferdamError | undefined {
  const last = outcomes.length - 1
  const step = steps[last]
  const outcome = outcomes[last]
  if (step === undefined || typeof outcome !== 'number' || outcome >= 0 || step.optional) return undefined
  const action =
    step.kind === 'write' ? `write ${JSON.stringify(step.data?.slice(0, 80))} to` : actions[step.kind]
  return stepError(step.kind, action, step.path, outcome)
}
