import { encodePlan, type EncodedPlan, type EncodeOptions } from './encode.js'
import type { LaunchPlan } from './ops.js'

/**
 * A plan whose binary form is made once and used by many launches that differ in nothing but their descriptors:
 * launching it costs what sending it costs.
 */
export interface PreparedPlan {
  /** The plan as it was given. */
  readonly plan: LaunchPlan
  /** The binary form, made on first use. @throws CofferdamError `ERR_INVALID_PLAN` */
  encode(options?: EncodeOptions): EncodedPlan
  /** The plan of another launch: `replace` names the descriptor in the place of each of this one's. */
  withFds(replace: (fd: number) => number): PreparedPlan
}

/** Prepares a plan, which must not change afterwards. */
export function preparePlan(plan: LaunchPlan): PreparedPlan {
  const forms = new Map<boolean, EncodedPlan>()
  const encode = (options: EncodeOptions = {}): EncodedPlan => {
    const key = options.reportPid ?? false
    let form = forms.get(key)
    if (form === undefined) forms.set(key, (form = encodePlan(plan, options)))
    return form
  }
  const bind = (replace: (fd: number) => number): PreparedPlan => ({
    plan,
    encode(options) {
      const form = encode(options)
      return { ...form, fds: form.fds.map(replace) }
    },
    withFds: (next) => bind((fd) => next(replace(fd))),
  })
  return bind((fd) => fd)
}
