import { CofferdamError } from '@cofferdam/core'

/** `ERR_INVALID_REFERENCE`: a text that is no image reference, and where. */
export class InvalidReferenceError extends CofferdamError {
  /** The text that was refused. */
  readonly reference: string
  /** Column of the first bad character, counted from 1. */
  readonly column: number
  /** A valid reference that was probably meant. */
  readonly suggestion?: string

  constructor(reference: string, column: number, reason: string, suggestion?: string) {
    super(
      'ERR_INVALID_REFERENCE',
      `invalid reference ${JSON.stringify(reference.slice(0, 300))}: column ${column}: ${reason}`,
      {
        hint:
          suggestion === undefined
            ? 'a reference is written [REGISTRY[:PORT]/]REPOSITORY[:TAG][@DIGEST], like docker.io/library/alpine:3.22'
            : `did you mean ${suggestion}?`,
      },
    )
    this.name = 'InvalidReferenceError'
    this.reference = reference
    this.column = column
    if (suggestion !== undefined) this.suggestion = suggestion
  }
}
