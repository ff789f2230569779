import { parseSpec, validateSpec } from '@cofferdam/oci-spec'
import { type CompiledSeccomp, compileSeccomp } from '@cofferdam/security'
import type { Spec } from './types.js'
import { checkSpec } from './validate.js'

/** A specification that was checked, as a private copy, with what is costly to make of it. */
export interface PreparedSpec {
  readonly spec: Spec
  /** The specification as JSON. */
  readonly text: string
  readonly filter?: CompiledSeccomp
}

const CAPACITY = 64
const prepared = new Map<string, PreparedSpec>()

function remember(key: string, make: () => Spec, mountFd: boolean): PreparedSpec {
  const known = prepared.get(key)
  if (known !== undefined) return known
  const spec = make()
  checkSpec(spec, { mountFd })
  const seccomp = spec.linux?.seccomp
  const text = JSON.stringify(spec)
  const result = { spec, text, ...(seccomp === undefined ? {} : { filter: compileSeccomp(seccomp) }) }
  if (prepared.size >= CAPACITY) prepared.delete(prepared.keys().next().value as string)
  prepared.set(key, result)
  return result
}

/**
 * Checks a specification and compiles its filter. Results are kept by content, so the same specification costs
 * this once, and changes made later to the object given have no effect.
 * @throws CofferdamError `ERR_INVALID_SPEC`, `ERR_SECCOMP_PROFILE_INVALID`
 */
export function prepareSpec(given: unknown, options: { readonly mountFd?: boolean } = {}): PreparedSpec {
  const text = JSON.stringify(given) ?? 'null'
  const mountFd = options.mountFd ?? false
  return remember(
    `${mountFd ? 'fd' : 'object'} ${text}`,
    () => {
      const spec: unknown = JSON.parse(text)
      validateSpec(spec)
      return spec
    },
    mountFd,
  )
}

/**
 * {@link prepareSpec} of config.json's text.
 * @throws CofferdamError `ERR_INVALID_JSON`, `ERR_INVALID_SPEC`, `ERR_SECCOMP_PROFILE_INVALID`
 */
export function prepareText(text: string): PreparedSpec {
  return remember(`file ${text}`, () => parseSpec(text), false)
}
