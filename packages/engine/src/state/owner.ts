import { readFileSync } from 'node:fs'
import { bootId } from './roots.js'

/** Who a record belongs to: a pid may be reused, with its start time and the boot id it is unique. */
export interface Owner {
  readonly pid: number
  /** Start time in clock ticks since boot (proc_pid_stat(5), field 22). */
  readonly start: string
  readonly boot: string
}

/** Start time of a process, or undefined when it is gone or a zombie. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** This process as an owner. */
export function currentOwner(): Owner {
  return { pid: process.pid, start: processStart(process.pid) ?? '', boot: bootId() }
}

/** True while the owner runs. */
export function ownerAlive(owner: Owner): boolean {
  return owner.boot === bootId() && processStart(owner.pid) === owner.start
}
