/** What a {@link Finding} is about. */
export type FindingKind = 'container' | 'files' | 'runtime' | 'cgroup' | 'network' | 'image'

/** One inconsistency between the state, the files and the kernel. */
export interface Finding {
  readonly kind: FindingKind
  /** Id of the container, path, name of the network or image. */
  readonly object: string
  /** What is wrong, in words. */
  readonly problem: string
  /** Whether it has been mended. */
  readonly repaired: boolean
}

/** An inconsistency and what mends it; without `repair` nothing of ours can. */
export interface Inconsistency extends Omit<Finding, 'repaired'> {
  readonly repair?: () => Promise<unknown>
}
