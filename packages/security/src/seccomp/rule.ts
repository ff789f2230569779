import { type Condition, operators } from './condition.js'
import { returnValue } from './action.js'
import { profileError } from './error.js'
import type { SeccompArg, SeccompProfile, SeccompSyscall } from './profile.js'

/** A checked rule: `value` for each named call whose arguments satisfy one of `alternatives`. */
export interface Rule {
  readonly names: readonly string[]
  readonly value: number
  /** Or of ands; one empty alternative matches always. */
  readonly alternatives: readonly (readonly Condition[])[]
}

/** A profile after checking. */
export interface Rules {
  readonly defaultValue: number
  readonly rules: readonly Rule[]
}

const MAX_64 = 0xffffffffffffffffn

/**
 * Checks a profile's actions, names and conditions.
 * @throws CofferdamError `ERR_SECCOMP_PROFILE_INVALID`, with the place
 */
export function checkRules(profile: SeccompProfile): Rules {
  const defaultValue = returnValue(profile.defaultAction, profile.defaultErrnoRet, {
    action: 'defaultAction',
    errnoRet: 'defaultErrnoRet',
  })
  if (profile.defaultAction === 'SCMP_ACT_NOTIFY')
    throw profileError('defaultAction', 'SCMP_ACT_NOTIFY cannot be the default: the program could not start')
  if (profile.listenerMetadata !== undefined && profile.listenerPath === undefined)
    throw profileError('listenerMetadata', 'needs listenerPath')
  const rules = (profile.syscalls ?? []).map((entry, index) => checkRule(entry, `syscalls[${index}]`))
  return { defaultValue, rules }
}

function checkRule(entry: SeccompSyscall, place: string): Rule {
  if (!Array.isArray(entry.names) || entry.names.length === 0)
    throw profileError(`${place}.names`, 'names at least one system call')
  for (const [index, name] of entry.names.entries())
    if (typeof name !== 'string' || name === '')
      throw profileError(`${place}.names[${index}]`, 'not the name of a system call')
  const value = returnValue(entry.action, entry.errnoRet, {
    action: `${place}.action`,
    errnoRet: `${place}.errnoRet`,
  })
  // The runtime reports the listener's descriptor with write(2) after the filter is loaded.
  if (entry.action === 'SCMP_ACT_NOTIFY' && entry.names.includes('write'))
    throw profileError(`${place}.action`, 'SCMP_ACT_NOTIFY cannot be used for write')
  const conditions = (entry.args ?? []).map((arg, index) => checkArg(arg, `${place}.args[${index}]`))
  const twice = new Set(conditions.map(({ index }) => index)).size < conditions.length
  return {
    names: entry.names,
    value,
    alternatives: twice ? conditions.map((condition) => [condition]) : [conditions],
  }
}

function checkArg(arg: SeccompArg, place: string): Condition {
  if (!Number.isInteger(arg.index) || arg.index < 0 || arg.index > 5)
    throw profileError(`${place}.index`, `not an integer from 0 to 5: ${String(arg.index)}`)
  if (!Object.hasOwn(operators, arg.op))
    throw profileError(
      `${place}.op`,
      `unknown operator ${JSON.stringify(arg.op)}`,
      `one of ${Object.keys(operators).join(', ')}`,
    )
  const op = operators[arg.op as keyof typeof operators]
  const value = unsigned64(arg.value, `${place}.value`)
  const valueTwo = unsigned64(arg.valueTwo ?? 0, `${place}.valueTwo`)
  return op === 'masked_eq'
    ? { index: arg.index, op, mask: value, operand: valueTwo & value }
    : { index: arg.index, op, mask: MAX_64, operand: value }
}

function unsigned64(value: number | bigint, place: string): bigint {
  const integer = typeof value === 'bigint' || Number.isInteger(value) ? BigInt(value) : -1n
  // A JSON number just above 2^64 is what parsing 18446744073709551615 leaves.
  if (integer === MAX_64 + 1n && typeof value === 'number') return MAX_64
  if (integer < 0n || integer > MAX_64)
    throw profileError(place, `not an unsigned 64-bit integer: ${String(value)}`)
  return integer
}
