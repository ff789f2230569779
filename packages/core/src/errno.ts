import { constants } from 'node:os'
import { getSystemErrorMessage } from 'node:util'
import { CofferdamError, type CofferdamErrorOptions } from './error.js'

const extra: Record<string, number> = {
  EBADE: 52,
  ENOMEDIUM: 123,
  ERESTART: 85,
  EXFULL: 54,
  EUCLEAN: 117,
  ESTALE: 116,
  EUSERS: 87,
}
const byName = new Map<string, number>([...Object.entries(constants.errno), ...Object.entries(extra)])
const byNumber = new Map<number, string>()
for (const [name, number] of byName) if (!byNumber.has(number)) byNumber.set(number, name)

/** Name of a kernel error number (either sign): `errnoName(-2)` is `'ENOENT'`. */
export function errnoName(number: number): string {
  return byNumber.get(Math.abs(number)) ?? `errno ${Math.abs(number)}`
}

/** Number of a kernel error name (positive), or 0 if the name is not known. */
export function errnoNumber(name: string): number {
  return byName.get(name) ?? 0
}

/** The usual text of a kernel error number, like strerror(3). */
export function errnoText(number: number): string {
  try {
    return getSystemErrorMessage(-Math.abs(number)) ?? errnoName(number)
  } catch {
    return errnoName(number)
  }
}

/** {@link syscallError}'s object and hint. */
export interface SyscallErrorOptions extends Omit<CofferdamErrorOptions, 'errno' | 'syscall'> {
  /** Stable code; `ERR_SYSCALL` unless given. */
  readonly code?: string
  /** What was attempted in words, like `create the overlay`; the system call's name unless given. */
  readonly action?: string
}

/** An error for a negative return of a system call: "ACTION PATH: ENOENT: no such file or directory". */
export function syscallError(
  syscall: string,
  result: number,
  options: SyscallErrorOptions = {},
): CofferdamError {
  const { code = 'ERR_SYSCALL', action = syscall, ...rest } = options
  const name = errnoName(result)
  const object = rest.path === undefined ? '' : ` ${rest.path}`
  return new CofferdamError(code, `${action}${object}: ${name}: ${errnoText(result)}`, {
    ...rest,
    syscall,
    errno: name,
  })
}
