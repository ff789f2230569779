import { readFileSync } from 'node:fs'

/** What /proc/PID/stat says (proc_pid_stat(5)). */
export interface ProcessStat {
  /** A letter: `R`, `S`, `Z` ... */
  readonly state: string
  /** Pid of its parent. */
  readonly parent: number
  /** Clock ticks, 100 a second, that it has spent on processors, in user and in kernel mode. */
  readonly ticks: number
  readonly threads: number
  /** Clock ticks after boot. */
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
  return {
    state: fields[0] ?? '?',
    parent: Number(fields[1]),
    ticks: Number(fields[11]) + Number(fields[12]),
    threads: Number(fields[17]),
    startTime: fields[19] ?? '',
  }
}

/**
 * Start time of a living process; undefined when it is gone or a zombie, which owns nothing any more. One whose first
 * thread has ended lives while others are there: of one that was killed they may be inside a system call still.
 */
export function processStart(pid: number): string | undefined {
  const stat = readProcessStat(pid)
  const ended = stat === undefined || stat.state === 'X' || (stat.state === 'Z' && stat.threads <= 1)
  return ended ? undefined : stat.startTime
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
