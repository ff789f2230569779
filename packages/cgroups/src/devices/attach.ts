import { attachDeviceProgram, closeQuietly } from '@cofferdam/sys'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { checkDeviceRules } from '../controllers/devices.js'
import type { DeviceRule } from '../resources.js'
import { cgroupLane, failure, runSteps } from '../steps.js'
import { deviceProgram } from './program.js'

/**
 * Lets the kernel decide about devices in a v2 cgroup by `rules`; where it will not, optional ones are left out.
 * @throws CofferdamError `ERR_CGROUP_PERMISSION`, `ERR_CGROUP_UNSUPPORTED`: a kernel without CONFIG_CGROUP_BPF
 */
export async function attachDeviceRules(directory: string, rules: readonly DeviceRule[]): Promise<void> {
  const steps = [{ kind: 'openDir', path: directory }] as const
  const outcomes = await runSteps(steps)
  const error = failure(steps, outcomes)
  if (error !== undefined) throw error
  const fd = outcomes[0] as number
  try {
    await attachDeviceProgram(cgroupLane(), fd, deviceProgram(checkDeviceRules(rules)))
  } catch (cause) {
    if (rules.every(({ optional }) => optional === true)) return
    const denied = isErrno(cause, 'EPERM', 'EACCES')
    throw new CofferdamError(
      denied ? 'ERR_CGROUP_PERMISSION' : 'ERR_CGROUP_UNSUPPORTED',
      `attach device rules to ${directory}: ${(cause as CofferdamError).message}`,
      {
        path: directory,
        cause,
        hint: denied
          ? 'device rules on cgroup v2 are eBPF: they need CAP_BPF and CAP_NET_ADMIN of the initial user namespace'
          : 'the kernel needs CONFIG_CGROUP_BPF',
      },
    )
  } finally {
    closeQuietly(fd)
  }
}
