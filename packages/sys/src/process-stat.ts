import { readFileSync } from 'node:fs'

/** What /proc/PID/stat says: the state letter and the start time in clock ticks after boot. */
export interface ProcessStat {
  readonly state: string
  readonly startTime: string
}

/** Reads /proc/PID/stat, proc_pid_stat(5); undefined when there is no such process. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  // The name in parentheses may itself hold parentheses and spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '?', startTime: fields[19] ?? '' }
}

/** Start time of a living process; undefined when it is gone or a zombie, which owns nothing any more. */
export function processStart(pid: number): string | undefined {
  const stat = readProcessStat(pid)
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : stat.startTime
}

/** True while the process of that pid and start time lives: a pid alone may be reused. */
export function isAlive(pid: number, startTime: string): boolean {
  return pid > 0 && processStart(pid) === startTime
}

let boot: string | undefined

/** The kernel's random id of this boot (random(4), `/proc/sys/kernel/random/boot_id`). */
export function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return boot
}
