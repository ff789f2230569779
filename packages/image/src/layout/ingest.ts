import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, unlink, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BlobWriter } from '../content/blobs.js'
import type { Descriptor } from '../content/descriptor.js'
import { digestMismatch, sizeMismatch } from '../content/verify.js'
import { digestAlgorithm, finishDigest, type Digest } from '../reference/digest.js'
import { openLocked } from './lock.js'

const pieceSize = 1024 * 1024

/** Something that reads the blob file while it grows. */
export interface IngestTap {
  /** The file has `length` bytes now. */
  announce(length: number): void
  /** The file is complete; the SHA-256 of what was read, or undefined if the ingest has to hash itself. */
  end(length: number): Promise<Digest | undefined>
  /** The blob has its name now. */
  commit(): Promise<void>
  /** Undoes all; after `commit` it does nothing. */
  abort(): Promise<void>
}

/** Options of {@link openIngest}. */
export interface IngestOptions {
  /** Where the growing file is, and where the blob will be. */
  readonly path: string
  readonly target: string
  readonly signal?: AbortSignal
  /** Whether the blob has come to `target` while this waited for another writer. */
  readonly has: () => Promise<boolean>
  /** Begins to read along from the open file. */
  readonly tap?: (file: FileHandle) => Promise<IngestTap>
}

class Ingest implements BlobWriter {
  readonly offset: number
  #size: number
  #pieces: Uint8Array[] = []
  #waiting = 0
  #open = true
  readonly #hash: Hash | undefined

  constructor(
    readonly descriptor: Descriptor,
    readonly file: FileHandle,
    readonly options: IngestOptions,
    offset: number,
    hash: Hash | undefined,
    readonly tap: IngestTap | undefined,
  ) {
    this.offset = this.#size = offset
    this.#hash = hash
    if (offset > 0) tap?.announce(offset)
  }

  async write(chunk: Uint8Array): Promise<void> {
    const { digest, size } = this.descriptor
    if (this.#size + this.#waiting + chunk.length > size) {
      throw sizeMismatch(digest, size, this.#size + this.#waiting + chunk.length)
    }
    this.#hash?.update(chunk)
    this.#pieces.push(chunk)
    this.#waiting += chunk.length
    if (this.#waiting >= pieceSize) await this.#flush()
  }

  async commit(): Promise<void> {
    const { digest, size } = this.descriptor
    await this.#flush()
    if (this.#size !== size) throw sizeMismatch(digest, size, this.#size)
    try {
      const tapped = await this.tap?.end(size)
      const actual =
        this.#hash === undefined ? (tapped as Digest) : finishDigest(this.#hash, digestAlgorithm(digest))
      if (actual !== digest) throw digestMismatch(digest, digest, actual)
      await this.file.datasync()
      await this.file.chmod(0o644)
      await rename(this.options.path, this.options.target)
    } catch (error) {
      // It is no beginning of this blob, unless there was no time to find that out.
      if (error !== this.options.signal?.reason) await unlink(this.options.path).catch(() => {})
      throw error
    }
    await this.tap?.commit()
    await this.#close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return
    try {
      await this.tap?.abort()
      if (this.#size === 0) await unlink(this.options.path).catch(() => {})
    } finally {
      await this.#close()
    }
  }

  async #flush(): Promise<void> {
    const pieces = this.#pieces
    this.#pieces = []
    this.#waiting = 0
    for (let position = this.#size; pieces.length > 0; position = this.#size) {
      let { bytesWritten } = await this.file.writev(pieces, position)
      this.#size += bytesWritten
      while (pieces.length > 0 && bytesWritten >= (pieces[0] as Uint8Array).length) {
        bytesWritten -= (pieces.shift() as Uint8Array).length
      }
      if (bytesWritten > 0) pieces[0] = (pieces[0] as Uint8Array).subarray(bytesWritten)
    }
    this.tap?.announce(this.#size)
  }

  async #close(): Promise<void> {
    this.#open = false
    await this.file.close()
  }
}

/** A blob that is there already: what came while this writer waited for another. */
function nothingToWrite(descriptor: Descriptor): BlobWriter {
  return {
    offset: descriptor.size,
    write: async () => {},
    commit: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}

/**
 * Begins or resumes a blob file. One process writes a blob, others wait for it here and then find it done, or continue
 * where it stopped.
 */
export async function openIngest(descriptor: Descriptor, options: IngestOptions): Promise<BlobWriter> {
  await mkdir(dirname(options.path), { recursive: true, mode: 0o700 })
  await mkdir(dirname(options.target), { recursive: true })
  const file = await openLocked(options.path, options.signal)
  let tap: IngestTap | undefined
  try {
    if (await options.has()) {
      await unlink(options.path).catch(() => {})
      await file.close()
      return nothingToWrite(descriptor)
    }
    let { size } = await file.stat()
    if (size > descriptor.size) {
      await file.truncate(0)
      size = 0
    }
    tap = await options.tap?.(file)
    const algorithm = digestAlgorithm(descriptor.digest)
    const hash = tap === undefined || algorithm !== 'sha256' ? createHash(algorithm) : undefined
    if (hash !== undefined && size > 0) {
      for await (const chunk of createReadStream('', {
        fd: file.fd,
        start: 0,
        end: size - 1,
        autoClose: false,
      })) {
        options.signal?.throwIfAborted()
        hash.update(chunk as Buffer)
      }
    }
    return new Ingest(descriptor, file, options, size, hash, tap)
  } catch (error) {
    await tap?.abort()
    await file.close()
    throw error
  }
}
