import { CofferdamError } from '@cofferdam/core'
import type { RunResult, Usage } from '../types.js'

/** Thrown by a collecting run whose program failed: the result's fields and an error's. `code` is `ERR_CONTAINER_EXIT`. */
export class ContainerExitError extends CofferdamError implements RunResult {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
  readonly signal: string | null
  readonly oomKilled: boolean | undefined
  readonly durationMs: number
  readonly timedOut: boolean
  readonly isCanceled: boolean
  readonly failed = true
  readonly command: readonly string[]
  readonly usage: Usage
  /** The message without the end of standard error. */
  readonly shortMessage: string

  constructor(result: RunResult) {
    const shortMessage = `${result.command.join(' ')}: ${describeExit(result)}`
    const tail = result.stderr.trimEnd().split('\n').slice(-10).join('\n')
    super('ERR_CONTAINER_EXIT', tail === '' ? shortMessage : `${shortMessage}\n${tail}`)
    this.name = 'ContainerExitError'
    this.shortMessage = shortMessage
    this.stdout = result.stdout
    this.stderr = result.stderr
    this.exitCode = result.exitCode
    this.signal = result.signal
    this.oomKilled = result.oomKilled
    this.durationMs = result.durationMs
    this.timedOut = result.timedOut
    this.isCanceled = result.isCanceled
    this.command = result.command
    this.usage = result.usage
  }
}

/** How a run ended, in words. */
export function describeExit(result: RunResult): string {
  if (result.timedOut) return 'timed out'
  if (result.isCanceled) return 'was canceled'
  if (result.oomKilled) return 'was killed: out of memory'
  if (result.signal !== null) return `was killed by ${result.signal}`
  return result.exitCode === null ? 'ended unseen' : `exited with ${result.exitCode}`
}
