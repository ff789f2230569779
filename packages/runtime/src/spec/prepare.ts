import { parseSpec, validateSeccomp, validateSpec } from '@cofferdam/oci-spec'
import { type CompiledSeccomp, compileSeccomp, isFrozenProfile } from '@cofferdam/security'
import type { Seccomp, Spec } from './types.js'
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

function remember(prepared: Map<string, PreparedSpec>, key: string, make: () => PreparedSpec): PreparedSpec {
  const known = prepared.get(key)
  if (known !== undefined) return known
  const result = make()
  if (prepared.size >= CAPACITY) prepared.delete(prepared.keys().next().value as string)
  prepared.set(key, result)
  return result
}

function whole(spec: Spec, mountFd: boolean): PreparedSpec {
  checkSpec(spec, { mountFd })
  const seccomp = spec.linux?.seccomp
  const filter = seccomp === undefined ? {} : { filter: compileSeccomp(seccomp) }
  return { spec, text: JSON.stringify(spec), ...filter }
}

/**
 * Checks a specification and compiles its filter. Results are kept by content, so the same specification costs
 * this once, and changes made later to the object given have no effect. A frozen seccomp profile, which is most of
 * the text, is checked and compiled once for all specifications that have it.
 * @throws CofferdamError `ERR_INVALID_SPEC`, `ERR_SECCOMP_PROFILE_INVALID`
 */
export function prepareSpec(given: unknown, options: { readonly mountFd?: boolean } = {}): PreparedSpec {
  const mountFd = options.mountFd === true
  const profile = frozenProfile(given)
  if (profile !== undefined) return withProfile(given as Spec, profile, mountFd)
  const text = JSON.stringify(given) ?? 'null'
  return remember(mountFd ? withMount : objects, text, () => {
    const spec: unknown = JSON.parse(text)
    validateSpec(spec)
    return whole(spec, mountFd)
  })
}

interface PreparedProfile {
  readonly profile: Seccomp
  readonly text: string
  readonly filter: CompiledSeccomp
  /** Specifications with it, by the text of what else is in them. */
  readonly specs: Map<string, PreparedSpec>
}

const profiles = new WeakMap<object, PreparedProfile>()

function frozenProfile(given: unknown): PreparedProfile | undefined {
  const profile = (given as Partial<Spec> | null)?.linux?.seccomp
  if (typeof profile !== 'object' || profile === null || !isFrozenProfile(profile)) return undefined
  const known = profiles.get(profile)
  if (known !== undefined) return known
  validateSeccomp(profile)
  const made = {
    profile,
    text: JSON.stringify(profile),
    filter: compileSeccomp(profile),
    specs: new Map<string, PreparedSpec>(),
  }
  profiles.set(profile, made)
  return made
}

function withProfile(given: Spec, prepared: PreparedProfile, mountFd: boolean): PreparedSpec {
  const { profile, filter, specs } = prepared
  const { linux, ...others } = given
  const { seccomp: _, ...rest } = linux ?? {}
  // With `linux` as the last member, and the profile as the last one of that.
  const text = JSON.stringify({ ...others, linux: rest })
  return remember(specs, `${mountFd} ${text}`, () => {
    const spec: unknown = JSON.parse(text)
    validateSpec(spec)
    checkSpec(spec, { mountFd })
    const separator = text.endsWith('{}}') ? '' : ','
    return {
      spec: { ...spec, linux: { ...spec.linux, seccomp: profile } },
      text: `${text.slice(0, -2)}${separator}"seccomp":${prepared.text}}}`,
      filter,
    }
  })
}

/**
 * {@link prepareSpec} of config.json's text.
 * @throws CofferdamError `ERR_INVALID_JSON`, `ERR_INVALID_SPEC`, `ERR_SECCOMP_PROFILE_INVALID`
 */
export function prepareText(text: string): PreparedSpec {
  return remember(files, text, () => whole(parseSpec(text), false))
}
