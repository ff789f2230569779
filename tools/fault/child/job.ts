import type { Fault, Passing } from './probe.ts'

/** What a child is to do, in its environment as JSON. */
export interface ChildJob {
  readonly verb: string
  readonly root: string
  readonly registry: string
  readonly volume: string
  /** Without one every passing is told. */
  readonly fault?: Fault
  /** The points are system calls: before the verb it says {@link READY} and waits for a line, while it is attached to. */
  readonly traced: boolean
}

/** What a traced child says before its verb. */
export const READY = '{"ready":true}'

/** The path that a traced child looks for after its verb; as in native/trace.c. */
export const MARK = '/cofferdam-fault-over'

/** Variable of the {@link ChildJob}. */
export const JOB = 'COFFERDAM_FAULT_JOB'

/** What a child that lives to its end says, as a line of JSON. */
export interface ChildReport {
  readonly passed: readonly Passing[]
  readonly reached: boolean
  /** How the verb failed; undefined when it did not. */
  readonly error?: { readonly code: string | undefined; readonly message: string; readonly stack: string }
  /** How closing the engine failed. */
  readonly closing?: string
}
