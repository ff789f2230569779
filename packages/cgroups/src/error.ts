import type { CgroupStep } from '@cofferdam/sys'
import { CofferdamError, errnoName, errnoText } from '@cofferdam/core'

/** An `ERR_CGROUP_LIMIT_INVALID`: a limit refused before anything was touched. */
export function limitError(place: string, problem: string, hint?: string): CofferdamError {
  return new CofferdamError('ERR_CGROUP_LIMIT_INVALID', `cgroup limit ${place}: ${problem}`, {
    path: place,
    ...(hint === undefined ? {} : { hint }),
  })
}

/** An `ERR_CGROUP_UNSUPPORTED`: a limit that this host's kind of hierarchy does not have. */
export function unsupported(place: string, mode: string, hint?: string): CofferdamError {
  return new CofferdamError(
    'ERR_CGROUP_UNSUPPORTED',
    `cgroup limit ${place}: not available on cgroup ${mode}`,
    {
      path: place,
      ...(hint === undefined ? {} : { hint }),
    },
  )
}

const delegation =
  'an ordinary user needs a delegated subtree: run in `systemd-run --user --scope -p Delegate=yes`, or give ' +
  'the option `root` a cgroup you own'

/** The typed error of a failed step: what was attempted on which file, with the kernel's errno. */
export function stepError(
  kind: CgroupStep['kind'],
  action: string,
  path: string,
  result: number,
): CofferdamError {
  const errno = errnoName(result)
  const file = path.slice(path.lastIndexOf('/') + 1)
  const fail = (code: string, hint?: string) =>
    new CofferdamError(code, `${action} ${path}: ${errno}: ${errnoText(result)}`, {
      path,
      errno,
      ...(hint === undefined ? {} : { hint }),
    })
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail('ERR_CGROUP_PERMISSION', delegation)
    case 'EEXIST':
      return fail('ERR_CGROUP_EXISTS', 'choose another name, or delete the cgroup that is there')
    case 'ESRCH':
      return fail('ERR_CGROUP_PROCESS_GONE', 'the process ended before it could join')
    case 'ENOENT':
      return kind === 'write' || kind === 'read'
        ? fail(
            'ERR_CGROUP_CONTROLLER_MISSING',
            `the kernel offers no ${file} here: the controller is off or not delegated`,
          )
        : fail('ERR_CGROUP_NOT_FOUND')
    case 'EINVAL':
    case 'ERANGE':
    case 'E2BIG':
      return fail('ERR_CGROUP_LIMIT_REFUSED', 'the kernel takes no such value')
    case 'EBUSY':
      return fail('ERR_CGROUP_BUSY', 'processes or child cgroups are still in it')
    default:
      return fail('ERR_CGROUP')
  }
}
