import { profileError } from './error.js'

/** Return values of a seccomp filter (linux/seccomp.h): the action above, 16 bits of data below. */
export const SECCOMP_RET = {
  KILL_PROCESS: 0x80000000,
  KILL_THREAD: 0x00000000,
  TRAP: 0x00030000,
  ERRNO: 0x00050000,
  USER_NOTIF: 0x7fc00000,
  TRACE: 0x7ff00000,
  LOG: 0x7ffc0000,
  ALLOW: 0x7fff0000,
} as const

const EPERM = 1
/** The kernel cuts an error number of a filter to this (MAX_ERRNO, kernel/seccomp.c). */
const MAX_ERRNO = 4095

const actions: Readonly<Record<string, number>> = {
  SCMP_ACT_KILL: SECCOMP_RET.KILL_THREAD,
  SCMP_ACT_KILL_THREAD: SECCOMP_RET.KILL_THREAD,
  SCMP_ACT_KILL_PROCESS: SECCOMP_RET.KILL_PROCESS,
  SCMP_ACT_TRAP: SECCOMP_RET.TRAP,
  SCMP_ACT_ERRNO: SECCOMP_RET.ERRNO,
  SCMP_ACT_TRACE: SECCOMP_RET.TRACE,
  SCMP_ACT_ALLOW: SECCOMP_RET.ALLOW,
  SCMP_ACT_LOG: SECCOMP_RET.LOG,
  SCMP_ACT_NOTIFY: SECCOMP_RET.USER_NOTIF,
}

/** The actions of the runtime specification. */
export const seccompActions: readonly string[] = Object.keys(actions)

/**
 * The filter's return value for an action of a profile: `SCMP_ACT_ERRNO` with 38 is `0x00050026`.
 * @throws CofferdamError `ERR_SECCOMP_PROFILE_INVALID`: unknown action, or data for one that has none
 */
export function returnValue(
  action: string,
  errnoRet: number | undefined,
  places: { action: string; errnoRet: string },
): number {
  const base = actions[action]
  if (base === undefined)
    throw profileError(
      places.action,
      `unknown action ${JSON.stringify(action)}`,
      `one of ${seccompActions.join(', ')}`,
    )
  const limit = base === SECCOMP_RET.ERRNO ? MAX_ERRNO : base === SECCOMP_RET.TRACE ? 0xffff : undefined
  if (limit === undefined) {
    if (errnoRet !== undefined) throw profileError(places.errnoRet, `${action} takes no error number`)
    return base
  }
  const data = errnoRet ?? EPERM
  if (!Number.isInteger(data) || data < 0 || data > limit)
    throw profileError(places.errnoRet, `not an integer from 0 to ${limit}: ${String(data)}`)
  return base + data
}

/** Whether a default action lets unknown calls reach the kernel (or a tracer), which then answers ENOSYS itself. */
export function reachesKernel(value: number): boolean {
  const action = (value & 0xffff0000) >>> 0
  return action === SECCOMP_RET.ALLOW || action === SECCOMP_RET.LOG || action === SECCOMP_RET.TRACE
}
