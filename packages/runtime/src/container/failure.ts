import { CofferdamError, isCofferdamError } from '@cofferdam/core'
import type { Process } from '../spec/types.js'

const texts: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
  ENOEXEC: 'exec format error',
  E2BIG: 'argument list too long',
}

/**
 * The error of a launch, with the words that callers of runc look for when it is the program that cannot be executed:
 * `exec: "foo": executable file not found in $PATH`.
 */
export function launchFailure(error: unknown, process: Process | undefined): unknown {
  if (!isCofferdamError(error)) return error
  const { code, errno = '' } = error
  if (code !== 'ERR_PROGRAM_NOT_FOUND' && code !== 'ERR_EXEC') return error
  const program = process?.args?.[0] ?? ''
  const searched = !program.includes('/')
  const reason =
    code === 'ERR_PROGRAM_NOT_FOUND'
      ? searched
        ? 'executable file not found in $PATH'
        : `stat ${program}: no such file or directory`
      : (texts[errno] ?? errno)
  return new CofferdamError(code, `exec: ${JSON.stringify(program)}: ${reason}`, {
    path: program,
    cause: error,
    ...(errno === '' ? {} : { errno }),
    ...(error.syscall === undefined ? {} : { syscall: error.syscall }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
}
