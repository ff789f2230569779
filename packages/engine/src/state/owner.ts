import { bootId, isAlive, processStart } from '@cofferdam/sys'

/** Who a record belongs to: a pid may be reused, with its start time and the boot id it is unique. */
export interface Owner {
  readonly pid: number
  /** Start time in clock ticks since boot (proc_pid_stat(5), field 22). */
  readonly start: string
  readonly boot: string
}

/** A process, this one unless given, as an owner. */
export function ownerOf(pid: number = process.pid): Owner {
  return { pid, start: processStart(pid) ?? '', boot: bootId() }
}

/** True while the owner runs. */
export function ownerAlive(owner: Owner): boolean {
  return owner.boot === bootId() && isAlive(owner.pid, owner.start)
}
