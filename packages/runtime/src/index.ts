/**
 * An OCI runtime as a library: specification, launch plan, state of containers.
 * @packageDocumentation
 */
export { defaultMaskedPaths, defaultMounts, defaultReadonlyPaths, defaultSpec } from './spec/default.js'
export type { DefaultSpecOptions } from './spec/default.js'
export { checkSpec, specProblems } from './spec/validate.js'
export type { CheckOptions } from './spec/validate.js'
export { Barrier } from './compile/context.js'
export type { CgroupAccess, CompileContext, StdioPlan } from './compile/context.js'
export { compilePlan } from './compile/plan.js'
export type { CompiledPlan } from './compile/plan.js'
export type { ContainerState, Status } from './state/record.js'
export { DEFAULT_ROOT, Runtime } from './runtime.js'
export { Container } from './container/container.js'
export type { ContainerExit, ContainerStreams } from './container/container.js'
export type { ExecOptions, ExecProcess } from './container/exec.js'
export type { ContainerSource, CreateOptions, RuntimeOptions } from './container/options.js'
export { createCgroup } from './container/cgroup.js'
export type { CgroupSettings } from './container/cgroup.js'
export type { StdioEntry, TtyOptions } from './container/stdio.js'
