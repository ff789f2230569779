import { readFileSync } from 'node:fs'

/** A process that cannot be mistaken for a later one with the same pid. */
export interface Owner {
  readonly pid: number
  /** Clock ticks after boot, field 22 of proc_pid_stat(5). */
  readonly startTime: string
  readonly bootId: string
}

let bootId: string | undefined

/** The id of this boot (`/proc/sys/kernel/random/boot_id`). */
export function currentBootId(): string {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return bootId
}

function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie owns nothing any more.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** The identity of a living process, this one unless `pid` is given; undefined if there is none. */
export function ownerOf(pid: number = process.pid): Owner | undefined {
  const start = startTime(pid)
  return start === undefined ? undefined : { pid, startTime: start, bootId: currentBootId() }
}

/** True while that very process lives. */
export function ownerAlive(owner: Owner): boolean {
  return owner.bootId === currentBootId() && startTime(owner.pid) === owner.startTime
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
