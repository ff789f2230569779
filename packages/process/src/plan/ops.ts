import type { CloneSection } from './clone.js'
import type { ExecSection, FlowOp } from './flow-ops.js'
import type { MountOp } from './mount-ops.js'
import type { ProcessOp } from './process-ops.js'

/** One thing the child does between clone and exec. They run in the order of the plan; the first failure ends it. */
export type Op = MountOp | ProcessOp | FlowOp

/** A launch as plain data: how the process is cloned, what it does, what it then is. */
export interface LaunchPlan {
  readonly clone?: CloneSection
  readonly ops: readonly Op[]
  readonly exec: ExecSection
  /**
   * The process outlives this one and is reparented to the nearest subreaper above (for `create` of an OCI
   * runtime): no parent-death signal, no exit status.
   */
  readonly detached?: boolean
}
