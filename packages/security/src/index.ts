/**
 * Seccomp profiles compiled to BPF, the default profile, capability sets.
 * @packageDocumentation
 */
export { SECCOMP_RET, seccompActions } from './seccomp/action.js'
export { type ArchitectureName, nativeArchitecture, seccompArchitectures } from './seccomp/architecture.js'
export { type CompileSeccompOptions, type CompiledSeccomp, compileSeccomp } from './seccomp/compile.js'
export { operators as seccompOperators } from './seccomp/condition.js'
export { SECCOMP_FILTER_FLAG, seccompFlags } from './seccomp/flags.js'
export type { SeccompArg, SeccompProfile, SeccompSyscall } from './seccomp/profile.js'
