import { CofferdamError } from '@cofferdam/core'
import { computeDigest, type Digest } from '../reference/digest.js'
import { formatReference, type Reference } from '../reference/reference.js'
import type { BlobSink, BlobSource, BlobWriter, FetchBlobOptions, PutManifestOptions } from './blobs.js'
import type { Descriptor } from './descriptor.js'
import { verifyBytes } from './verify.js'

/** Images held in memory: for small images that a program puts together, and for tests. */
export class MemoryStore implements BlobSource, BlobSink {
  readonly verifies = true
  readonly sparseIndex = true
  /** All content by digest. */
  readonly blobs = new Map<Digest, Uint8Array>()
  /** Descriptors by canonical reference. */
  readonly names = new Map<string, Descriptor>()

  /** Adds content and returns its descriptor. */
  add(bytes: Uint8Array | string | object, mediaType: string, fields: Partial<Descriptor> = {}): Descriptor {
    const content =
      bytes instanceof Uint8Array
        ? bytes
        : Buffer.from(typeof bytes === 'string' ? bytes : JSON.stringify(bytes))
    const digest = computeDigest(content)
    this.blobs.set(digest, content)
    return { ...fields, mediaType, digest, size: content.length }
  }

  async resolve(reference: Reference): Promise<Descriptor> {
    const named = this.names.get(formatReference(reference))
    if (named === undefined) {
      throw new CofferdamError('ERR_MANIFEST_UNKNOWN', `${formatReference(reference)}: not in this store`)
    }
    return named
  }

  async fetchManifest(descriptor: Descriptor): Promise<Uint8Array> {
    return this.#get(descriptor, 'ERR_MANIFEST_UNKNOWN')
  }

  async *fetchBlob(descriptor: Descriptor, options: FetchBlobOptions = {}): AsyncGenerator<Uint8Array> {
    const bytes = this.#get(descriptor, 'ERR_BLOB_UNKNOWN')
    options.signal?.throwIfAborted()
    if (options.verify !== false) verifyBytes(bytes, descriptor)
    for (let at = options.offset ?? 0; at < bytes.length; at += 65536) yield bytes.subarray(at, at + 65536)
  }

  async has(descriptor: Descriptor): Promise<boolean> {
    return this.blobs.has(descriptor.digest)
  }

  async openBlob(descriptor: Descriptor): Promise<BlobWriter> {
    const chunks: Uint8Array[] = []
    return {
      offset: 0,
      write: async (chunk) => void chunks.push(chunk),
      commit: async () => {
        const bytes = Buffer.concat(chunks)
        verifyBytes(bytes, descriptor)
        this.blobs.set(descriptor.digest, bytes)
      },
      [Symbol.asyncDispose]: async () => void chunks.splice(0),
    }
  }

  async putManifest(
    descriptor: Descriptor,
    bytes: Uint8Array,
    options: PutManifestOptions = {},
  ): Promise<void> {
    verifyBytes(bytes, descriptor)
    this.blobs.set(descriptor.digest, bytes)
    if (options.reference !== undefined) this.names.set(formatReference(options.reference), descriptor)
  }

  #get(descriptor: Descriptor, code: string): Uint8Array {
    const bytes = this.blobs.get(descriptor.digest)
    if (bytes === undefined) throw new CofferdamError(code, `${descriptor.digest}: not in this store`)
    return bytes
  }
}
