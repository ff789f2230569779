import { CofferdamError } from '@cofferdam/core'

/** An `ERR_SECCOMP_PROFILE_INVALID` that names the place in the profile, like `syscalls[3].args[0].op`. */
export function profileError(place: string, problem: string, hint?: string): CofferdamError {
  return new CofferdamError('ERR_SECCOMP_PROFILE_INVALID', `seccomp profile: ${place}: ${problem}`, {
    path: place,
    ...(hint === undefined ? {} : { hint }),
  })
}
