import { limitError } from '../error.js'
import type { DeviceRule } from '../resources.js'
import { integer } from './check.js'
import type { Controller } from './controller.js'

/** A checked device rule; `undefined` is any. */
export interface CheckedDeviceRule {
  readonly allow: boolean
  readonly type: 'a' | 'b' | 'c'
  readonly major?: number
  readonly minor?: number
  readonly access: string
  readonly optional?: boolean
}

/** Checks device rules and drops those for FIFOs, which no controller looks at. */
export function checkDeviceRules(rules: readonly DeviceRule[] = []): CheckedDeviceRule[] {
  return rules
    .map((rule, index): CheckedDeviceRule | undefined => {
      const place = `devices[${index}]`
      const { type = 'a', access = 'rwm' } = rule
      if (typeof rule.allow !== 'boolean') throw limitError(`${place}.allow`, 'neither true nor false')
      if (type === 'p') return undefined
      if (!['a', 'b', 'c', 'u'].includes(type))
        throw limitError(`${place}.type`, `not a, b, c, u or p: ${type}`)
      if (!/^[rwm]{0,3}$/.test(access)) throw limitError(`${place}.access`, `not of r, w and m: ${access}`)
      const number = (value: number | undefined, name: string) =>
        integer(value === -1 ? undefined : value, `${place}.${name}`, { max: 0xffffffff })
      const major = number(rule.major, 'major')
      const minor = number(rule.minor, 'minor')
      return {
        allow: rule.allow,
        type: type === 'u' ? 'c' : (type as 'a' | 'b' | 'c'),
        ...(major === undefined ? {} : { major }),
        ...(minor === undefined ? {} : { minor }),
        access: access === '' ? 'rwm' : access,
        ...(rule.optional === true ? { optional: true } : {}),
      }
    })
    .filter((rule) => rule !== undefined)
}

/** Devices on v1: one write per rule. On v2 an eBPF program decides (see `deviceProgram`). */
export const devices: Controller = {
  v1: (resources) =>
    checkDeviceRules(resources.devices).map(({ allow, type, major, minor, access, optional }) => ({
      controller: 'devices',
      file: allow ? 'devices.allow' : 'devices.deny',
      // The kernel reads nothing after `a`, and applies it to all devices.
      value: type === 'a' ? 'a' : `${type} ${major ?? '*'}:${minor ?? '*'} ${access}`,
      ...(optional === true ? { optional } : {}),
    })),
  v2: (resources) => {
    checkDeviceRules(resources.devices)
    return []
  },
  needs: () => [],
}
