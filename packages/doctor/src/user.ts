import { userInfo } from 'node:os'
import { CofferdamError } from '@cofferdam/core'
import type { Check } from './check.js'
import { readKernelFile } from './kernel.js'

const needed: Record<string, number> = {
  CAP_SYS_ADMIN: 21,
  CAP_NET_ADMIN: 12,
  CAP_SETUID: 7,
  CAP_SETGID: 6,
  CAP_MKNOD: 27,
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
}

/** This user may make containers: root with the capabilities, or user namespaces. */
export function checkPrivileges(
  status = readKernelFile('/proc/self/status') ?? '',
  uid = process.getuid?.() ?? -1,
): Check {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
  const missing = Object.entries(needed).flatMap(([name, bit]) =>
    (effective >> BigInt(bit)) & 1n ? [] : [name],
  )
  const ok = missing.length === 0
  return {
    name: 'privileges',
    ok,
    required: true,
    detail: ok
      ? `uid ${uid} with the capabilities needed`
      : `${userName()} (uid ${uid}) lacks ${missing.join(', ')}`,
    fix:
      uid === 0
        ? 'run outside the container, or give it these capabilities'
        : 'run as root (engines of ordinary users are not supported yet)',
  }
}

/**
 * Refuses what this user cannot do before anything is touched.
 * @throws CofferdamError `ERR_NO_PERMISSION`
 */
export function requirePrivileges(check: Check, attempt: string): void {
  if (check.ok) return
  throw new CofferdamError('ERR_NO_PERMISSION', `${attempt}: ${check.detail}`, {
    errno: 'EPERM',
    ...(check.fix === undefined ? {} : { hint: check.fix }),
  })
}

/** Hard limit of open files: each running container holds a few. */
export function checkOpenFiles(limits = readKernelFile('/proc/self/limits') ?? ''): Check {
  const hard = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1] ?? Infinity)
  return {
    name: 'open files',
    ok: hard >= 4096,
    required: false,
    detail: `hard limit ${hard}`,
    fix: 'raise it (ulimit -Hn 65536): a running container needs about ten',
  }
}

/** Ordinary users may make user namespaces. */
export function checkUserNamespaces(): Check {
  const most = Number(readKernelFile('/proc/sys/user/max_user_namespaces') ?? 0)
  const restricted = ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns'].some(
    (path) => readKernelFile(path)?.trim() === '1',
  )
  const closed = readKernelFile('/proc/sys/kernel/unprivileged_userns_clone')?.trim() === '0'
  const ok = most > 0 && !restricted && !closed
  return {
    name: 'user namespaces',
    ok,
    required: false,
    detail: ok ? `up to ${most}` : most === 0 ? 'user.max_user_namespaces is 0' : 'closed to ordinary users',
    fix:
      most === 0
        ? 'sysctl -w user.max_user_namespaces=15000'
        : 'sysctl -w kernel.unprivileged_userns_clone=1, or an AppArmor profile that allows userns',
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'the user'
  }
}
