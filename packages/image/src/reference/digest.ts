import { createHash, type Hash } from 'node:crypto'
import { CofferdamError } from '@cofferdam/core'

declare const digestBrand: unique symbol

/**
 * A content digest that was parsed: `sha256:` or `sha512:` and lower-case hexadecimal digits of the right
 * number. Only {@link parseDigest} and {@link computeDigest} make one, so a value of this type is safe in a path
 * or URL. Source: image-spec descriptor.md, Digests.
 */
export type Digest = string & { readonly [digestBrand]: true }

/** The algorithms that are computed and verified. */
export type DigestAlgorithm = 'sha256' | 'sha512'

const hexLength: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 }

function digestProblem(text: string): string | undefined {
  const colon = text.indexOf(':')
  if (colon < 1) return 'there is no algorithm before a colon'
  const algorithm = text.slice(0, colon)
  const encoded = text.slice(colon + 1)
  const length = Object.hasOwn(hexLength, algorithm) ? hexLength[algorithm] : undefined
  if (length === undefined) return `the algorithm ${JSON.stringify(algorithm.slice(0, 32))} is not supported`
  if (!/^[a-f0-9]*$/.test(encoded)) return 'it has characters other than 0-9 and a-f'
  if (encoded.length !== length) return `it has ${encoded.length} hexadecimal digits instead of ${length}`
  return undefined
}

/**
 * The digest in `text`.
 * @throws CofferdamError `ERR_INVALID_DIGEST`
 */
export function parseDigest(text: unknown, name = 'digest'): Digest {
  const problem = typeof text === 'string' ? digestProblem(text) : 'it is not a text'
  if (problem !== undefined) {
    throw new CofferdamError(
      'ERR_INVALID_DIGEST',
      `${name}: ${JSON.stringify(String(text).slice(0, 160))} is no digest: ${problem}`,
      { hint: 'a digest is written sha256: and 64, or sha512: and 128, lower-case hexadecimal digits' },
    )
  }
  return text as Digest
}

/** True if {@link parseDigest} accepts `text`. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && digestProblem(text) === undefined
}

/** `sha256` of `sha256:...`. */
export function digestAlgorithm(digest: Digest): DigestAlgorithm {
  return digest.slice(0, digest.indexOf(':')) as DigestAlgorithm
}

/** The hexadecimal digits of a digest. */
export function digestEncoded(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1)
}

/** The digest of `bytes`, like `sha256sum`. */
export function computeDigest(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return finishDigest(createHash(algorithm).update(bytes), algorithm)
}

/** Ends a hash of node:crypto as a digest. */
export function finishDigest(hash: Hash, algorithm: DigestAlgorithm): Digest {
  return `${algorithm}:${hash.digest('hex')}` as Digest
}
