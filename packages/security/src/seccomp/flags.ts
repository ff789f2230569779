import { profileError } from './error.js'

/** Flags of seccomp(2)'s SECCOMP_SET_MODE_FILTER (linux/seccomp.h). */
export const SECCOMP_FILTER_FLAG = {
  TSYNC: 1,
  LOG: 2,
  SPEC_ALLOW: 4,
  NEW_LISTENER: 8,
  TSYNC_ESRCH: 16,
  WAIT_KILLABLE_RECV: 32,
} as const

/** The flags that a profile may name. */
export const seccompFlags: Readonly<Record<string, number>> = {
  SECCOMP_FILTER_FLAG_TSYNC: SECCOMP_FILTER_FLAG.TSYNC,
  SECCOMP_FILTER_FLAG_LOG: SECCOMP_FILTER_FLAG.LOG,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: SECCOMP_FILTER_FLAG.SPEC_ALLOW,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: SECCOMP_FILTER_FLAG.WAIT_KILLABLE_RECV,
}

/** The flag bits of a profile; `listener` adds what a filter with `SCMP_ACT_NOTIFY` needs. */
export function filterFlags(names: readonly string[], listener: boolean): number {
  let flags = 0
  for (const [index, name] of names.entries()) {
    const flag = seccompFlags[name]
    if (flag === undefined)
      throw profileError(
        `flags[${index}]`,
        `unknown flag ${JSON.stringify(name)}`,
        `one of ${Object.keys(seccompFlags).join(', ')}`,
      )
    flags |= flag
  }
  if (!listener) {
    // The kernel answers EINVAL to WAIT_KILLABLE_RECV without a listener (Linux 5.19).
    if ((flags & SECCOMP_FILTER_FLAG.WAIT_KILLABLE_RECV) !== 0)
      throw profileError('flags', 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY')
    return flags
  }
  // TSYNC and a listener both want the return value; Linux 5.7 joins them only with TSYNC_ESRCH.
  if ((flags & SECCOMP_FILTER_FLAG.TSYNC) !== 0) flags |= SECCOMP_FILTER_FLAG.TSYNC_ESRCH
  return flags | SECCOMP_FILTER_FLAG.NEW_LISTENER
}
