import { constants } from 'node:os'

/** How a process ended. */
export interface ExitStatus {
  /** Its status, or null when a signal or the loss of the spawner ended it. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Why it was ended from outside, where that is known. */
  readonly reason?: 'timeout' | 'aborted' | 'max-output' | 'spawner-lost'
  /** What it and the children it waited for used (getrusage(2)); absent when the spawner was lost. */
  readonly usage?: {
    readonly maxRss: number
    readonly userMs: number
    readonly systemMs: number
  }
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

/** A wait status (waitpid(2)) with what the process used (getrusage(2)). */
export interface WaitStatus {
  readonly value: number
  readonly maxRssKiB: number
  /** Microseconds. */
  readonly userUs: number
  readonly systemUs: number
}

/** Decodes a wait status; realtime signals are named `SIG34` and so on. */
export function exitStatus(report: WaitStatus): ExitStatus & Required<Pick<ExitStatus, 'usage'>> {
  const signal = report.value & 0x7f
  return {
    exitCode: signal === 0 ? (report.value >> 8) & 0xff : null,
    signal: signal === 0 ? null : ((signalNames.get(signal) ?? `SIG${signal}`) as NodeJS.Signals),
    usage: {
      maxRss: report.maxRssKiB * 1024,
      userMs: report.userUs / 1000,
      systemMs: report.systemUs / 1000,
    },
  }
}
