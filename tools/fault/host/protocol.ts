import type { Fault, Passing } from '../child/probe.ts'

/** What a host is asked, a line of JSON each. */
export interface HostJob {
  readonly verb: string
  readonly fault?: Fault
  /** Without a fault: whether the system calls are told rather than the awaits. */
  readonly traced?: boolean
  /** Open the engine at once, while the kernel still tidies up after what was killed. */
  readonly atOnce?: boolean
}

/** What came of it. */
export interface HostResult {
  /** Without a fault: the points passed. */
  readonly passed: readonly Passing[]
  /** Whether the fault happened. */
  readonly reached: boolean
  /** What is wrong; empty when all is as the state says. */
  readonly problems: readonly string[]
  readonly ms: number
}
