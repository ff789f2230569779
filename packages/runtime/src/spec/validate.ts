import { CofferdamError } from '@cofferdam/core'
import { capabilityProblems, processProblems } from './process.js'
import { sysctlProblem } from './sysctl.js'
import type { Spec } from './types.js'

function* rootProblems(spec: Spec, mountFd: boolean): Generator<string> {
  if (spec.root === undefined && !mountFd) yield 'root is missing'
  if (spec.root !== undefined && !mountFd && spec.root.path === '') yield 'root.path is empty'
  for (const [index, mount] of (spec.mounts ?? []).entries()) {
    const at = `mounts[${index}]`
    if (mount.destination === '') yield `${at}.destination is empty`
    if (mount.destination.includes('\0') || mount.source?.includes('\0')) yield `${at} contains NUL`
    if ((mount.uidMappings === undefined) !== (mount.gidMappings === undefined)) {
      yield `${at} must have both uidMappings and gidMappings, or neither`
    }
    const idmap = mount.options?.some((option) => option === 'idmap' || option === 'ridmap') ?? false
    if (idmap && mount.uidMappings === undefined && spec.linux?.uidMappings === undefined) {
      yield `${at} is idmapped, but neither it nor the container has mappings`
    }
  }
}

function* namespaceProblems(spec: Spec): Generator<string> {
  const linux = spec.linux ?? {}
  const namespaces = linux.namespaces ?? []
  const seen = new Set<string>()
  for (const { type, path } of namespaces) {
    if (path !== undefined && path !== '' && !path.startsWith('/'))
      yield `namespace path is not absolute: ${path}`
    seen.add(type)
  }
  const without = (type: string) => !seen.has(type)
  const mappings = (linux.uidMappings?.length ?? 0) + (linux.gidMappings?.length ?? 0)
  if (without('user') && mappings > 0)
    yield 'user namespace mappings specified, but USER namespace not enabled'
  const user = namespaces.find(({ type }) => type === 'user')
  if (user !== undefined && !user.path && mappings === 0)
    yield 'a new user namespace needs uidMappings and gidMappings'
  if (without('uts') && spec.hostname) yield 'unable to set hostname without a private UTS namespace'
  if (without('uts') && spec.domainname) yield 'unable to set domainname without a private UTS namespace'
  if (without('mount') && (linux.maskedPaths?.length || linux.readonlyPaths?.length)) {
    yield 'unable to restrict sys entries without a private MNT namespace'
  }
  const time = namespaces.find(({ type }) => type === 'time')
  if (Object.keys(linux.timeOffsets ?? {}).length > 0) {
    if (time === undefined) yield 'time namespace offsets specified, but time namespace not enabled'
    else if (time.path) yield 'time namespace enabled, but both namespace path and time offsets specified'
  }
  const own = (type: string) => namespaces.some((namespace) => namespace.type === type)
  for (const key of Object.keys(linux.sysctl ?? {})) {
    const problem = sysctlProblem(key, spec, own)
    if (problem !== undefined) yield problem
  }
}

function* hookProblems(spec: Spec): Generator<string> {
  for (const [name, hooks] of Object.entries(spec.hooks ?? {})) {
    for (const [index, hook] of (hooks ?? []).entries()) {
      if (!hook.path.startsWith('/')) yield `hooks.${name}[${index}].path is not absolute: ${hook.path}`
      if (hook.timeout !== undefined && hook.timeout <= 0)
        yield `hooks.${name}[${index}].timeout is not positive`
    }
  }
}

function* deviceProblems(spec: Spec): Generator<string> {
  for (const [index, device] of (spec.linux?.devices ?? []).entries()) {
    const at = `linux.devices[${index}]`
    if (!device.path.startsWith('/')) yield `${at}.path is not absolute: ${device.path}`
  }
}

/** {@link checkSpec}'s circumstances. */
export interface CheckOptions {
  /** The root file system is handed over as a mount, so `root.path` does not count. */
  readonly mountFd?: boolean
}

/** Every problem of `spec` beyond its schema, in words. */
export function specProblems(spec: Spec, options: CheckOptions = {}): string[] {
  return [
    ...versionProblems(spec.ociVersion),
    ...rootProblems(spec, options.mountFd ?? false),
    ...namespaceProblems(spec),
    ...processProblems(spec.process, 'process'),
    ...capabilityProblems(spec.process?.capabilities),
    ...deviceProblems(spec),
    ...hookProblems(spec),
  ]
}

function* versionProblems(version: string): Generator<string> {
  const match = /^(\d+)\.(\d+)\.(\d+)(-[\w.-]+)?(\+[\w.-]+)?$/.exec(version)
  if (match === null) yield `ociVersion is not a semantic version: ${JSON.stringify(version)}`
  else if (match[1] !== '1') yield `ociVersion ${version} is not supported: this runtime reads 1.x`
}

/**
 * Refuses a configuration that contradicts itself or asks for what cannot be (runtime-spec config.md and
 * config-linux.md), before anything is touched. The schema and repeated entries are `@cofferdam/oci-spec`'s to check.
 * @throws CofferdamError `ERR_INVALID_SPEC`
 */
export function checkSpec(spec: Spec, options: CheckOptions = {}): void {
  const problems = specProblems(spec, options)
  if (problems.length > 0) {
    throw new CofferdamError('ERR_INVALID_SPEC', `invalid configuration: ${problems.join('; ')}`, {
      hint: 'see the OCI runtime specification, config.md and config-linux.md',
    })
  }
}
