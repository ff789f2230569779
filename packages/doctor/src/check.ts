/** One finding of {@link doctor}. */
export interface Check {
  /** What was looked at, like `overlay in a mount namespace`. */
  readonly name: string
  readonly ok: boolean
  /** Whether containers can run without it. */
  readonly required: boolean
  /** What was found. */
  readonly detail: string
  /** What to do about it. */
  readonly fix?: string
}
