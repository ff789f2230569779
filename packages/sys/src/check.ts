import { syscallError, type SyscallErrorOptions } from '@cofferdam/core'

/** The result of a native call, or the error of its `-errno`. @throws CofferdamError `ERR_SYSCALL` */
export function check(syscall: string, result: number, options?: SyscallErrorOptions): number {
  if (result < 0) throw syscallError(syscall, result, options)
  return result
}
