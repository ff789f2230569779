import type { Check } from './check.js'
import { checkCgroups } from './cgroups.js'
import { checkFilesystems, checkKernel, checkSeccomp, checkSecurityModules } from './kernel.js'
import { checkNamespaces } from './namespaces.js'
import { checkNative } from './native.js'
import { checkForwarding, checkNetwork } from './network.js'
import { checkStore } from './store.js'
import { checkOpenFiles, checkPrivileges, checkUserNamespaces } from './user.js'

/** Options of {@link doctor}. */
export interface DoctorOptions {
  /** Directory of images and snapshots whose file system is looked at, or will be made; `/var/lib/cofferdam`. */
  readonly store?: string
}

/**
 * What this host and user can and cannot do, each with the fix; like `docker info` and `runc features`, but tried
 * out: a process is started in new namespaces, and links and rules are made in one, for which the kernel may load
 * modules. Changes nothing else.
 */
export async function doctor(options: DoctorOptions = {}): Promise<Check[]> {
  if (process.platform !== 'linux') {
    return [
      {
        name: 'system',
        ok: false,
        required: true,
        detail: process.platform,
        fix: 'containers need a Linux kernel: use a virtual machine',
      },
    ]
  }
  const checks = [checkKernel(), checkNative(), checkPrivileges(), checkFilesystems(), checkSeccomp()]
  const native = checks.every((check) => check.name !== 'native code' || check.ok)
  if (native) checks.push(await checkNamespaces(), checkCgroups(), ...(await checkNetwork()))
  return [
    ...checks,
    checkForwarding(),
    checkStore(options.store ?? '/var/lib/cofferdam'),
    checkUserNamespaces(),
    checkSecurityModules(),
    checkOpenFiles(),
  ]
}
