import type { ChildReport } from '../child/job.ts'
import type { Fault } from '../child/probe.ts'

/** What a host is asked, a line of JSON each. */
export interface HostJob {
  readonly verb: string
  readonly fault?: Fault
  /** Open the engine at once, while the kernel still tidies up after what was killed. */
  readonly atOnce?: boolean
}

/** What came of it. */
export interface HostResult {
  /** Of a child that lived to its end. */
  readonly report?: ChildReport
  /** Whether the fault happened. */
  readonly reached: boolean
  /** What is wrong; empty when all is as the state says. */
  readonly problems: readonly string[]
  readonly ms: number
}
