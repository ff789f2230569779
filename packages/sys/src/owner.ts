import { bootId, isAlive, processStart } from './process-stat.js'

/** A process that cannot be mistaken for a later one with the same pid. */
export interface Owner {
  readonly pid: number
  /** Clock ticks after boot, field 22 of proc_pid_stat(5). */
  readonly startTime: string
  readonly bootId: string
}

/** An owner that is never alive: of what shall be swept. */
export const nobody: Owner = { pid: 0, startTime: '0', bootId: 'none' }

/** The identity of a living process, this one unless `pid` is given; undefined if there is none. */
export function ownerOf(): Owner
export function ownerOf(pid: number): Owner | undefined
export function ownerOf(pid: number = process.pid): Owner | undefined {
  const start = processStart(pid)
  return start === undefined ? undefined : { pid, startTime: start, bootId: bootId() }
}

/** True while that very process lives. */
export function ownerAlive(owner: Owner): boolean {
  return owner.bootId === bootId() && isAlive(owner.pid, owner.startTime)
}

/** One line that {@link parseOwner} reads. */
export function formatOwner(owner: Owner): string {
  return `${owner.pid}/${owner.startTime}/${owner.bootId}`
}

/** Reads {@link formatOwner}'s line; an unreadable one gives an owner that is never alive. */
export function parseOwner(text: string): Owner {
  const [pid = '0', start = '', boot = ''] = text.split('/')
  return { pid: Number(pid), startTime: start, bootId: boot }
}
