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
// One map for each way to give a specification: texts of many kilobytes are found without being copied.
const files = new Map<string, PreparedSpec>()
const objects = new Map<string, PreparedSpec>()
const withMount = new Map<string, PreparedSpec>()

function remember(prepared: Map<string, PreparedSpec>, key: string, make: () => Spec): PreparedSpec {
  const known = prepared.get(key)
  if (known !== undefined) return known
  const spec = make()
  checkSpec(spec, { mountFd: prepared === withMount })
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
  return remember(options.mountFd === true ? withMount : objects, text, () => {
    const spec: unknown = JSON.parse(text)
    validateSpec(spec)
    return spec
  })
}

/**
 * {@link prepareSpec} of config.json's text.
 * @throws CofferdamError `ERR_INVALID_JSON`, `ERR_INVALID_SPEC`, `ERR_SECCOMP_PROFILE_INVALID`
 */
export function prepareText(text: string): PreparedSpec {
  return remember(files, text, () => parseSpec(text))
}
