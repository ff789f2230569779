import type { CapabilityName } from '../../capability/names.js'
import { defaultCapabilities } from '../../capability/names.js'
import { type ArchitectureName, nativeArchitecture } from '../architecture.js'
import { freezeProfile } from '../cache.js'
import type { SeccompProfile, SeccompSyscall } from '../profile.js'
import { cloneWithoutNamespaces, personality, socket } from './arguments.js'
import { byArchitecture, byCapability, everyday, tracing } from './calls.js'

/** {@link defaultProfile}'s circumstances. */
export interface DefaultProfileOptions {
  /** The container's bounding set; {@link defaultCapabilities} unless given. */
  readonly capabilities?: readonly CapabilityName[]
  /** This process's unless given. */
  readonly architecture?: ArchitectureName
  /** Release of the kernel, like `6.1.0-18-amd64`; one that is not given counts as at least 4.8. */
  readonly kernel?: string
}

const ENOSYS = 38
const EPERM = 1

const architectures: Readonly<Record<ArchitectureName, readonly string[]>> = {
  x86_64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  x86: ['SCMP_ARCH_X86'],
  x32: ['SCMP_ARCH_X32', 'SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
  aarch64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  arm: ['SCMP_ARCH_ARM'],
}

const profiles = new Map<string, SeccompProfile>()

/**
 * The seccomp profile of a container that asks for nothing special: it allows and denies what Docker's default
 * profile (moby/profiles, June 2026) does, in dependence on capabilities, architecture and kernel. Denied calls get
 * EPERM; clone3(2), whose flags a filter cannot see, gets ENOSYS without CAP_SYS_ADMIN, so that the C library falls
 * back on clone(2).
 *
 * The result is frozen, and the same object for the same circumstances.
 */
export function defaultProfile(options: DefaultProfileOptions = {}): SeccompProfile {
  const native = options.architecture ?? nativeArchitecture()
  const capabilities = new Set<string>(options.capabilities ?? defaultCapabilities)
  const granted = Object.keys(byCapability).filter((name) => capabilities.has(name))
  const mayTrace = options.kernel === undefined || isAtLeast(options.kernel, 4, 8)
  const key = [native, mayTrace, ...granted].join(' ')
  const profile = profiles.get(key) ?? build(native, granted, mayTrace)
  if (profiles.size < 256) profiles.set(key, profile)
  return profile
}

function build(native: ArchitectureName, granted: readonly string[], mayTrace: boolean): SeccompProfile {
  const names = new Set([
    ...Object.values(everyday).flat(),
    ...(byArchitecture[native] ?? []),
    ...granted.flatMap((capability) => byCapability[capability] ?? []),
    ...(mayTrace ? tracing : []),
  ])
  const conditional: SeccompSyscall[] = [...socket, ...personality]
  if (!names.has('clone')) conditional.push(cloneWithoutNamespaces)
  if (!names.has('clone3'))
    conditional.push({ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS })
  return freezeProfile({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: architectures[native],
    syscalls: [{ names: [...names].sort(), action: 'SCMP_ACT_ALLOW' }, ...conditional],
  })
}

function isAtLeast(release: string, major: number, minor: number): boolean {
  const [, first, second] = /^(\d+)\.(\d+)/.exec(release) ?? []
  return Number(first) > major || (Number(first) === major && Number(second) >= minor)
}
