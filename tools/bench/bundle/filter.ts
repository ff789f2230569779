import { Skip } from '../harness/row.ts'
import type { Config } from './config.ts'

/** `ret SECCOMP_RET_ALLOW` as struct sock_filter: the filter of a configuration that asks for none. */
const allowAll = Buffer.from([0x06, 0, 0, 0, 0, 0, 0xff, 0x7f])

/** The seccomp program of the configuration, as it is passed to seccomp(2): an array of struct sock_filter. */
export async function filterOf(config: Config): Promise<Uint8Array> {
  if (config.linux.seccomp === undefined) return allowAll
  throw new Skip('no seccomp compiler in this build')
}
