import { createHash } from 'node:crypto'
import { CofferdamError } from '@cofferdam/core'
import { computeDigest, digestAlgorithm, finishDigest, type Digest } from '../reference/digest.js'
import type { Descriptor } from './descriptor.js'

/** The error for content that is not what its digest says. */
export function digestMismatch(name: string, expected: Digest, actual: Digest): CofferdamError {
  return new CofferdamError('ERR_DIGEST_MISMATCH', `${name}: expected ${expected}, received ${actual}`, {
    hint: 'the content was damaged on its way or replaced; nothing of it is kept, try again or another mirror',
  })
}

/** The error for content whose length differs from the descriptor's. */
export function sizeMismatch(name: string, expected: number, actual: number): CofferdamError {
  const more = actual > expected ? 'more than ' : ''
  return new CofferdamError(
    'ERR_SIZE_MISMATCH',
    `${name}: expected ${expected} bytes, received ${more}${Math.min(actual, expected)}`,
    { hint: 'the transfer was cut short or the content replaced; nothing of it is kept, try again' },
  )
}

/**
 * Checks bytes against a descriptor; size first.
 * @throws CofferdamError `ERR_SIZE_MISMATCH`, `ERR_DIGEST_MISMATCH`
 */
export function verifyBytes(
  bytes: Uint8Array,
  descriptor: Descriptor,
  name: string = descriptor.digest,
): void {
  if (bytes.length !== descriptor.size) throw sizeMismatch(name, descriptor.size, bytes.length)
  const actual = computeDigest(bytes, digestAlgorithm(descriptor.digest))
  if (actual !== descriptor.digest) throw digestMismatch(name, descriptor.digest, actual)
}

/**
 * Passes chunks on and checks them against a descriptor: one byte too many ends the stream at once, a wrong digest or
 * a missing byte after the last.
 * @throws CofferdamError `ERR_SIZE_MISMATCH`, `ERR_DIGEST_MISMATCH`
 */
export async function* verifyStream(
  chunks: AsyncIterable<Uint8Array>,
  descriptor: Descriptor,
  name: string = descriptor.digest,
): AsyncGenerator<Uint8Array, void, undefined> {
  const algorithm = digestAlgorithm(descriptor.digest)
  const hash = createHash(algorithm)
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > descriptor.size) throw sizeMismatch(name, descriptor.size, size)
    hash.update(chunk)
    yield chunk
  }
  if (size !== descriptor.size) throw sizeMismatch(name, descriptor.size, size)
  const actual = finishDigest(hash, algorithm)
  if (actual !== descriptor.digest) throw digestMismatch(name, descriptor.digest, actual)
}
