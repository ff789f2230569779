import { compileSeccomp } from '@cofferdam/security'
import type { Config } from './config.ts'

/** The seccomp program of the configuration, as seccomp(2) takes it: an array of struct sock_filter. */
export function filterOf(config: Config): Uint8Array {
  return compileSeccomp(config.linux.seccomp).filter
}
