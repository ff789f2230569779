import { CofferdamError } from '@cofferdam/core'
import { hasControl } from './apparmor.js'

/**
 * Checks an SELinux context `user:role:type[:level]`, like `system_u:system_r:container_t:s0:c1,c2`
 * (selinux(8)), before it is written to `/proc/self/attr/exec` or put into mount data.
 * @throws CofferdamError `ERR_LABEL_INVALID`
 */
export function checkSelinuxLabel(label: string): string {
  const [user, role, type, ...level] = label.split(':')
  const word = /^[A-Za-z0-9_.-]+$/
  const words = [user, role, type].every((part) => part !== undefined && word.test(part))
  const range = level.length === 0 || /^[A-Za-z0-9_.,:-]+$/.test(level.join(':'))
  if (!words || !range || label.length > 4000 || hasControl(label))
    throw new CofferdamError('ERR_LABEL_INVALID', `not an SELinux context: ${JSON.stringify(label)}`, {
      path: label,
      hint: 'write user:role:type:level, like system_u:system_r:container_t:s0',
    })
  return label
}
