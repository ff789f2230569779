import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import type { Check } from './check.js'

/** Contents of a file of /proc or /sys, or undefined where the kernel does not have it. */
export function readKernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The kernel is 5.14 or newer. */
export function checkKernel(version = release()): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const ok = major > 5 || (major === 5 && minor >= 14)
  return {
    name: 'kernel',
    ok,
    required: true,
    detail: `Linux ${version}`,
    fix: 'Linux 5.14 or newer is needed',
  }
}

/** The kernel has the file systems a container needs. */
export function checkFilesystems(filesystems = readKernelFile('/proc/filesystems') ?? ''): Check {
  const known = new Set(filesystems.split('\n').map((line) => line.trim().split(/\s+/).at(-1)))
  const missing = ['overlay', 'proc', 'sysfs', 'tmpfs', 'devpts', 'mqueue'].filter((type) => !known.has(type))
  return {
    name: 'file systems',
    ok: missing.length === 0,
    required: true,
    detail:
      missing.length === 0 ? 'overlay, proc, sysfs, tmpfs, devpts, mqueue' : `missing: ${missing.join(', ')}`,
    fix: missing.includes('overlay') ? 'load the module: modprobe overlay' : 'use a kernel that has them',
  }
}

/** Seccomp filters can be loaded. */
export function checkSeccomp(status = readKernelFile('/proc/self/status') ?? ''): Check {
  const ok =
    /^Seccomp_filters:/m.test(status) ||
    readKernelFile('/proc/sys/kernel/seccomp/actions_avail') !== undefined
  return {
    name: 'seccomp',
    ok,
    required: true,
    detail: ok ? 'filters can be loaded' : 'the kernel has no seccomp filters',
    fix: 'use a kernel with CONFIG_SECCOMP_FILTER, or run with seccomp: false',
  }
}

/** Which security modules label processes. */
export function checkSecurityModules(modules = readKernelFile('/sys/kernel/security/lsm')): Check {
  const found =
    modules
      ?.trim()
      .split(',')
      .filter((name) => ['apparmor', 'selinux', 'landlock'].includes(name)) ?? []
  return {
    name: 'security modules',
    ok: found.length > 0,
    required: false,
    detail:
      found.length > 0
        ? found.join(', ')
        : 'none: containers are confined by namespaces, capabilities and seccomp only',
    fix: 'boot with lsm=landlock,apparmor where the distribution has them',
  }
}
