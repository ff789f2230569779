/**
 * Seccomp profiles compiled to BPF, the default profile, capability sets, checks of security labels. Pure
 * computation: it needs no privilege and runs everywhere.
 * @packageDocumentation
 */
export { type CapabilityChanges, adjustCapabilities } from './capability/adjust.js'
export { capabilitiesOf, capabilityBit, capabilityMask, parseCapability } from './capability/mask.js'
export { type CapabilityName, capabilityNames, defaultCapabilities } from './capability/names.js'
export { checkAppArmorProfile } from './label/apparmor.js'
export { checkSelinuxLabel } from './label/selinux.js'
export { SECCOMP_RET, seccompActions } from './seccomp/action.js'
export { type ArchitectureName, nativeArchitecture, seccompArchitectures } from './seccomp/architecture.js'
export { type CompileSeccompOptions, type CompiledSeccomp, compileSeccomp } from './seccomp/compile.js'
export { operators as seccompOperators } from './seccomp/condition.js'
export { type DefaultProfileOptions, defaultProfile } from './seccomp/default/profile.js'
export { isFrozenProfile } from './seccomp/cache.js'
export { SECCOMP_FILTER_FLAG, seccompFlags } from './seccomp/flags.js'
export type { SeccompArg, SeccompProfile, SeccompSyscall } from './seccomp/profile.js'
