import { CofferdamError, errnoName, syscallError } from '@cofferdam/core'
import type { Report } from '@cofferdam/sys'
import type { EncodedPlan } from '../plan/encode.js'
import type { ExecSection } from '../plan/flow-ops.js'
import { describeOp } from '../plan/format.js'
import type { LaunchPlan, Op } from '../plan/ops.js'

type Failure = Pick<Report, 'op' | 'error' | 'detail'>

/** The launch section or op that an index of a report means. */
function opAt(encoded: EncodedPlan, index: number): Op | 'clone' | 'exec' {
  if (index === -1) return 'clone'
  const op = index >= 0 ? encoded.ops[index] : encoded.before[-2 - index]
  return op ?? (index >= 0 ? 'exec' : 'clone')
}

function cloneError(plan: LaunchPlan, { error, detail }: Failure): CofferdamError {
  const kinds = plan.clone?.namespaces?.join(', ')
  const what = kinds === undefined || kinds === '' ? 'a process' : `a process in new ${kinds} namespaces`
  const errno = errnoName(error)
  const hints: Record<string, string> = {
    EPERM:
      'this process may not make namespaces: run as root, add a user namespace, or, inside a container, allow clone (its seccomp profile or CAP_SYS_ADMIN)',
    ENOSPC: 'raise /proc/sys/user/max_*_namespaces',
    EINVAL: 'the kernel lacks one of the namespaces or CLONE_INTO_CGROUP',
    EAGAIN: 'a limit of processes is reached (RLIMIT_NPROC, pids.max)',
    EBUSY: 'the cgroup has children with controllers enabled (no internal processes rule)',
    EOPNOTSUPP: 'the cgroup is in domain invalid state',
  }
  if (detail.startsWith('the plan '))
    return new CofferdamError('ERR_INVALID_PLAN', `cannot start ${what}: ${detail}`, {
      hint: 'the files of @cofferdam/process and @cofferdam/sys are of different versions, or damaged',
    })
  return syscallError('clone3', -error, {
    code: errno === 'EPERM' ? 'ERR_CLONE_FORBIDDEN' : 'ERR_CLONE',
    action: detail === 'write the id maps' ? `write the id maps of ${what}` : `start ${what}`,
    ...(hints[errno] === undefined ? {} : { hint: hints[errno] }),
  })
}

function execError(exec: ExecSection, { error, detail }: Failure): CofferdamError {
  const program = exec.path ?? (exec.fd === undefined ? exec.args[0] : undefined) ?? 'an open program'
  const errno = errnoName(error)
  const searched = program.includes('/') || exec.fd !== undefined ? undefined : (exec.search ?? [])
  if (errno === 'ENOENT' || errno === 'ENOTDIR') {
    const found = detail !== '' && detail !== program
    return new CofferdamError(
      'ERR_PROGRAM_NOT_FOUND',
      searched !== undefined && !found
        ? `program ${JSON.stringify(program)} not found in ${searched.length === 0 ? 'an empty PATH' : searched.join(':')}`
        : `program ${JSON.stringify(found ? detail : program)} not found`,
      {
        syscall: 'execve',
        errno,
        path: program,
        hint: 'if the file exists, its interpreter (the #! line or the dynamic loader) is missing in the root',
      },
    )
  }
  const hints: Record<string, string> = {
    EACCES: 'it is not executable for this user, is no regular file, or lies on a noexec mount',
    ENOEXEC: 'it is no executable of this machine: wrong architecture, or a script without #!',
    E2BIG: 'arguments and environment are too long together',
  }
  return syscallError('execve', -error, {
    code: 'ERR_EXEC',
    action: 'execute',
    path: detail === '' ? program : detail,
    ...(hints[errno] === undefined ? {} : { hint: hints[errno] }),
  })
}

/** The error of a launch that failed at `failure.op`, naming that op's object. */
export function launchError(plan: LaunchPlan, encoded: EncodedPlan, failure: Failure): CofferdamError {
  const op = opAt(encoded, failure.op)
  if (failure.error === 0) {
    const where = typeof op === 'string' ? op : describeOp(op)
    return new CofferdamError('ERR_LAUNCH_KILLED', `the process was killed during its launch, at: ${where}`, {
      hint: 'out of memory in its cgroup is the usual cause; a signal from elsewhere is another',
    })
  }
  if (op === 'clone') return cloneError(plan, failure)
  if (op === 'exec' || op.op === 'lookup') return execError(plan.exec, failure)
  const words = failure.detail.trim()
  return syscallError(op.op, -failure.error, {
    code: op.op === 'hook' ? 'ERR_HOOK' : 'ERR_LAUNCH',
    action: describeOp(op),
    ...(words === '' ? {} : { hint: words }),
  })
}
