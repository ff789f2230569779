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

/** True while the process of that pid and start time lives; a zombie has ended. */
export function isAlive(pid: number, startTime: string): boolean {
  if (pid <= 0) return false
  const stat = readProcessStat(pid)
  return stat !== undefined && stat.startTime === startTime && stat.state !== 'Z' && stat.state !== 'X'
}

let boot: string | undefined

/** Identity of this boot. */
export function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return boot
}
