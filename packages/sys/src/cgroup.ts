import { check } from './check.js'
import type { Lane, LaneHandle } from './lane.js'
import { native } from './native.js'

interface CgroupCalls {
  cgroupSteps(lane: LaneHandle, packed: Uint8Array, count: number): Promise<CgroupOutcome[] | number> | number
}

const kinds = { mkdir: 1, rmdir: 2, write: 3, openWrite: 4, read: 5, openDir: 6 } as const

/** One step of {@link cgroupSteps}. */
export interface CgroupStep {
  /** `openDir` and `openWrite` give a descriptor that the caller closes. */
  readonly kind: keyof typeof kinds
  readonly path: string
  /** What `write` writes, in one write(2). */
  readonly data?: string
  /** The next steps run even if this one fails. */
  readonly optional?: boolean
}

/** -errno, 0, a descriptor, or the text read. */
export type CgroupOutcome = number | string

/**
 * Runs steps on cgroup file systems in order on the lane's thread, up to the first that fails without being
 * optional: the result is as long as the steps that ran. They wait for the kernel's cgroup_mutex, which a migration
 * holds for a whole RCU grace period. At most 1024 steps; paths are not followed through a symbolic link at their
 * end.
 * @throws CofferdamError `ERR_SYSCALL` if the steps could not be queued
 */
export async function cgroupSteps(lane: Lane, steps: readonly CgroupStep[]): Promise<CgroupOutcome[]> {
  if (steps.length === 0) return []
  const packed = Buffer.concat(
    steps.map(({ kind, path, data = '', optional = false }) => {
      if (path.includes('\0') || data.includes('\0')) throw new TypeError('a NUL in a cgroup step')
      return Buffer.from(`${String.fromCharCode(kinds[kind], optional ? 1 : 0)}${path}\0${data}\0`)
    }),
  )
  const outcomes = await native<CgroupCalls>().cgroupSteps(lane.handle, packed, steps.length)
  if (typeof outcomes === 'number') check('cgroup steps', outcomes)
  return outcomes as CgroupOutcome[]
}
