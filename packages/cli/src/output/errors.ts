import { InvalidArgumentError } from 'commander'
import { errorMessage, isCofferdamError, isErrno } from '@cofferdam/core'

/** Exit statuses of the command, as Docker's: an error of the engine, a program not executable, one not found. */
export const exitStatus = { failure: 1, engine: 125, notExecutable: 126, notFound: 127 } as const

/** The text of an error for a person: message, hint, and the chain of causes that say something new. */
export function describeError(error: unknown): string {
  const lines = [`cofferdam: ${errorMessage(error)}`]
  const seen = new Set([errorMessage(error)])
  for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause)) {
    const text = errorMessage(cause)
    if ([...seen].some((earlier) => earlier.includes(text))) continue
    seen.add(text)
    lines.push(`  because: ${text}`)
  }
  if (isCofferdamError(error) && error.hint !== undefined) lines.push(`  hint: ${error.hint}`)
  return lines.join('\n')
}

/** An error as one JSON object, for `--json`. */
export function errorJson(error: unknown): string {
  const fields = isCofferdamError(error)
    ? { code: error.code, message: error.message, errno: error.errno, path: error.path, hint: error.hint }
    : {
        code: error instanceof InvalidArgumentError ? 'ERR_INVALID_ARGUMENT' : 'ERR_UNKNOWN',
        message: errorMessage(error),
      }
  return JSON.stringify({ error: fields })
}

/** The exit status for an error of `run` and `exec`. */
export function runStatus(error: unknown): number {
  if (isErrno(error, 'ERR_PROGRAM_NOT_FOUND')) return exitStatus.notFound
  if (isErrno(error, 'ERR_EXEC')) return exitStatus.notExecutable
  return exitStatus.engine
}

function causeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'cause' in error
    ? (error.cause ?? undefined)
    : undefined
}
