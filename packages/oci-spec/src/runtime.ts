import {
  isSpec,
  isProcess,
  isResources,
  isSeccomp,
  isState,
  isFeatures,
} from './generated/runtime-validators.js'
import type { Features, Process, Resources, Seccomp, Spec, State } from './generated/runtime.js'
import { parseJson } from './json.js'
import { checker } from './problem.js'
import { processProblems, specProblems } from './rules.js'

const check = checker('ERR_INVALID_SPEC')

/** Throws ERR_INVALID_SPEC, with every place that is wrong, unless `value` is config.json of a bundle (runtime-spec config.md). */
export function validateSpec(value: unknown): asserts value is Spec {
  check<Spec>('config.json', isSpec, value, specProblems)
}

/** Reads config.json of a bundle from its bytes; throws ERR_INVALID_JSON or ERR_INVALID_SPEC. */
export function parseSpec(bytes: Uint8Array | string): Spec {
  const value = parseJson(bytes, { name: 'config.json' })
  validateSpec(value)
  return value
}

/** Throws ERR_INVALID_SPEC, with every place that is wrong, unless `value` is the process of a configuration, as `runtime exec --process` reads it (runtime-spec config.md, Process). */
export function validateProcess(value: unknown): asserts value is Process {
  check<Process>('the process', isProcess, value, processProblems)
}

/** Reads the process of a configuration, as `runtime exec --process` reads it from its bytes; throws ERR_INVALID_JSON or ERR_INVALID_SPEC. */
export function parseProcess(bytes: Uint8Array | string): Process {
  const value = parseJson(bytes, { name: 'the process' })
  validateProcess(value)
  return value
}

/** Throws ERR_INVALID_SPEC, with every place that is wrong, unless `value` is limits, as `runtime update --resources` reads them (runtime-spec config-linux.md, Control groups). */
export function validateResources(value: unknown): asserts value is Resources {
  check<Resources>('the resources', isResources, value)
}

/** Reads limits, as `runtime update --resources` reads them from its bytes; throws ERR_INVALID_JSON or ERR_INVALID_SPEC. */
export function parseResources(bytes: Uint8Array | string): Resources {
  const value = parseJson(bytes, { name: 'the resources' })
  validateResources(value)
  return value
}

/** Throws ERR_INVALID_SPEC, with every place that is wrong, unless `value` is a seccomp profile (runtime-spec config-linux.md, Seccomp). */
export function validateSeccomp(value: unknown): asserts value is Seccomp {
  check<Seccomp>('the seccomp profile', isSeccomp, value)
}

/** Reads a seccomp profile from its bytes; throws ERR_INVALID_JSON or ERR_INVALID_SPEC. */
export function parseSeccomp(bytes: Uint8Array | string): Seccomp {
  const value = parseJson(bytes, { name: 'the seccomp profile' })
  validateSeccomp(value)
  return value
}

/** Throws ERR_INVALID_SPEC, with every place that is wrong, unless `value` is the state of a container (runtime-spec runtime.md, State). */
export function validateState(value: unknown): asserts value is State {
  check<State>('the state', isState, value)
}

/** Reads the state of a container from its bytes; throws ERR_INVALID_JSON or ERR_INVALID_SPEC. */
export function parseState(bytes: Uint8Array | string): State {
  const value = parseJson(bytes, { name: 'the state' })
  validateState(value)
  return value
}

/** Throws ERR_INVALID_SPEC, with every place that is wrong, unless `value` is what `runtime features` prints (runtime-spec features.md). */
export function validateFeatures(value: unknown): asserts value is Features {
  check<Features>('the features', isFeatures, value)
}

/** Reads what `runtime features` prints from its bytes; throws ERR_INVALID_JSON or ERR_INVALID_SPEC. */
export function parseFeatures(bytes: Uint8Array | string): Features {
  const value = parseJson(bytes, { name: 'the features' })
  validateFeatures(value)
  return value
}
