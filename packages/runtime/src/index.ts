/**
 * An OCI runtime as a library: specification, launch plan, state of containers.
 * @packageDocumentation
 */
export { defaultMaskedPaths, defaultMounts, defaultReadonlyPaths, defaultSpec } from './spec/default.js'
export type { DefaultSpecOptions } from './spec/default.js'
export { checkSpec, specProblems } from './spec/validate.js'
export type { CheckOptions } from './spec/validate.js'
export { Barrier } from './compile/context.js'
export type { CgroupEntry, CompileContext, StdioPlan } from './compile/context.js'
export { compilePlan } from './compile/plan.js'
export type { CompiledPlan } from './compile/plan.js'
export { formatPlan } from './compile/format.js'
export type { ContainerState, Status } from './state/record.js'
