import type { Stats } from 'node:fs'
import { mkdir, open, readdir, stat, utimes, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { addBlob } from '../content/add-blob.js'
import type {
  Abortable,
  BlobSink,
  BlobSource,
  BlobWriter,
  FetchBlobOptions,
  OpenBlobOptions,
  PutManifestOptions,
} from '../content/blobs.js'
import type { Descriptor } from '../content/descriptor.js'
import { maxManifestSize, parseManifest } from '../content/manifest.js'
import { sizeMismatch, verifyBytes, verifyStream } from '../content/verify.js'
import { formatReference, type Reference } from '../reference/reference.js'
import { digestAlgorithm, digestEncoded, type Digest } from '../reference/digest.js'
import { blobPath, exists, readSmall, replaceFile, syncDirectory } from './files.js'
import { changeIndexFile, readIndexFile, refName, withName } from './index-file.js'
import { openIngest, type IngestTap } from './ingest.js'
import { sweepUnlocked, type SweepOptions } from './temporary.js'

/** A name in a layout. */
export interface NamedDescriptor {
  /** As it is written in index.json: a canonical reference, or only a tag in layouts of other tools. */
  readonly name: string
  readonly descriptor: Descriptor
}

/** Options of {@link ImageLayout.openBlob}. */
export interface TappedBlobOptions extends OpenBlobOptions {
  /** Begins to read along from the open file, as an unpacker does. */
  readonly tap?: (file: FileHandle) => Promise<IngestTap>
}

function missing(code: string, name: string, root: string): CofferdamError {
  return new CofferdamError(code, `${name}: not in the image layout ${root}`, {
    path: root,
    hint: 'pull the image first',
  })
}

/**
 * Images in a directory in the form of image-spec image-layout.md, shared by any number of processes. Blobs appear
 * under their digest only whole and verified.
 */
export class ImageLayout implements BlobSource, BlobSink {
  readonly verifies = true
  readonly sparseIndex = true

  private constructor(readonly root: string) {}

  /**
   * Opens a layout, made if the directory has none.
   * @throws CofferdamError `ERR_INVALID_LAYOUT`
   */
  static async open(root: string): Promise<ImageLayout> {
    await mkdir(join(root, 'blobs', 'sha256'), { recursive: true })
    const path = join(root, 'oci-layout')
    const bytes = await readSmall(path, 4096)
    if (bytes === undefined) {
      await replaceFile(path, '{"imageLayoutVersion":"1.0.0"}', join(root, '.ingest'))
    } else if (!/"imageLayoutVersion"\s*:\s*"1\./.test(bytes.toString())) {
      throw new CofferdamError('ERR_INVALID_LAYOUT', `${path}: not an image layout of version 1`, { path })
    }
    return new ImageLayout(root)
  }

  /** The path of a blob, whether it is there or not. */
  blobPath(digest: Digest): string {
    return blobPath(this.root, digest)
  }

  /** All names. */
  async list(): Promise<NamedDescriptor[]> {
    const { manifests } = await readIndexFile(this.root)
    return manifests.flatMap((descriptor) => {
      const name = descriptor.annotations?.[refName]
      return name === undefined ? [] : [{ name, descriptor }]
    })
  }

  async resolve(reference: Reference): Promise<Descriptor> {
    const name = formatReference(reference)
    const { manifests } = await readIndexFile(this.root)
    const { digest, tag } = reference
    if (digest !== undefined) {
      const entry = manifests.find((descriptor) => descriptor.digest === digest)
      return entry ?? this.#describe(digest, name)
    }
    const named = (text: string | undefined) =>
      manifests.find((descriptor) => descriptor.annotations?.[refName] === text)
    const found = named(name) ?? named(tag)
    if (found === undefined) throw missing('ERR_MANIFEST_UNKNOWN', name, this.root)
    return found
  }

  async fetchManifest(descriptor: Descriptor): Promise<Uint8Array> {
    if (descriptor.size > maxManifestSize) {
      throw new CofferdamError(
        'ERR_TOO_LARGE',
        `${descriptor.digest}: a manifest of ${descriptor.size} bytes`,
      )
    }
    const bytes = await readSmall(this.blobPath(descriptor.digest), maxManifestSize)
    if (bytes === undefined) throw missing('ERR_MANIFEST_UNKNOWN', descriptor.digest, this.root)
    verifyBytes(bytes, descriptor)
    return bytes
  }

  async *fetchBlob(descriptor: Descriptor, options: FetchBlobOptions = {}): AsyncGenerator<Uint8Array> {
    const { offset = 0, verify = true, signal } = options
    const path = this.blobPath(descriptor.digest)
    let file
    try {
      file = await open(path)
    } catch (error) {
      throw isErrno(error, 'ENOENT') ? missing('ERR_BLOB_UNKNOWN', descriptor.digest, this.root) : error
    }
    try {
      const { size } = await file.stat()
      if (size !== descriptor.size) throw sizeMismatch(path, descriptor.size, size)
      const chunks = file.createReadStream({
        start: offset,
        highWaterMark: 256 * 1024,
        autoClose: false,
        ...(signal === undefined ? {} : { signal }),
      })
      yield* verify && offset === 0 ? verifyStream(chunks, descriptor, path) : chunks
    } finally {
      await file.close()
    }
  }

  /** Whether the blob is there. Asking also keeps it from a prune that looks at ages. */
  async has(descriptor: Descriptor): Promise<boolean> {
    const path = this.blobPath(descriptor.digest)
    try {
      if ((await stat(path)).size !== descriptor.size) return false
      const now = new Date()
      await utimes(path, now, now)
      return true
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return false
      throw error
    }
  }

  async openBlob(descriptor: Descriptor, options: TappedBlobOptions = {}): Promise<BlobWriter> {
    const { digest } = descriptor
    return openIngest(descriptor, {
      path: join(this.#ingest, `${digestAlgorithm(digest)}-${digestEncoded(digest)}`),
      target: this.blobPath(digest),
      has: () => this.has(descriptor),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.tap === undefined ? {} : { tap: options.tap }),
    })
  }

  /** Adds content and returns its descriptor. */
  async add(bytes: Uint8Array, descriptor: Descriptor, { signal }: Abortable = {}): Promise<Descriptor> {
    const abort = signal === undefined ? {} : { signal }
    await addBlob(this, descriptor, (offset) => [bytes.subarray(offset)], abort)
    return descriptor
  }

  async putManifest(
    descriptor: Descriptor,
    bytes: Uint8Array,
    options: PutManifestOptions = {},
  ): Promise<void> {
    verifyBytes(bytes, descriptor)
    await this.add(bytes, descriptor, options)
    if (options.reference !== undefined) await this.tag(options.reference, descriptor, options)
  }

  /** Gives a manifest or index that is there a name, which an image before loses. */
  async tag(reference: Reference, descriptor: Descriptor, { signal }: Abortable = {}): Promise<void> {
    const change = async (manifests: readonly Descriptor[]): Promise<readonly Descriptor[]> => {
      // Under the lock that prune holds: what is named here is not being removed.
      if (!(await this.has(descriptor))) throw missing('ERR_MANIFEST_UNKNOWN', descriptor.digest, this.root)
      await this.#syncBlobs()
      return withName(manifests, formatReference(reference), descriptor)
    }
    await changeIndexFile(this.root, change, signal)
  }

  /**
   * Takes a name away; content stays until a prune.
   * @throws CofferdamError `ERR_MANIFEST_UNKNOWN`
   */
  async untag(reference: Reference): Promise<void> {
    const name = formatReference(reference)
    await changeIndexFile(this.root, (manifests) => {
      const left = manifests.filter((entry) => entry.annotations?.[refName] !== name)
      if (left.length === manifests.length) throw missing('ERR_MANIFEST_UNKNOWN', name, this.root)
      return left
    })
  }

  /**
   * Removes, unless `dryRun`, the temporary files of dead processes; the beginning of a blob stays, for the next pull
   * goes on with it. Returns their paths.
   */
  sweep(options: SweepOptions = {}): Promise<string[]> {
    const doomed = async (name: string, { size }: Stats) => {
      const [, algorithm, encoded] = /^(\w+)-(\w+)$/.exec(name) ?? []
      if (algorithm === undefined || encoded === undefined || size === 0) return true
      return exists(join(this.root, 'blobs', algorithm, encoded))
    }
    return sweepUnlocked(this.#ingest, { ...options, doomed })
  }

  /** Removes the beginnings of blobs that nobody has gone on with since `before`. Returns their paths. */
  removeBeginnings(before: Date): Promise<string[]> {
    return sweepUnlocked(this.#ingest, { doomed: (_name, { mtime }) => mtime < before })
  }

  /** Makes durable that the blobs are there: a name must not outlive them. */
  async #syncBlobs(): Promise<void> {
    const blobs = join(this.root, 'blobs')
    for (const algorithm of await readdir(blobs)) await syncDirectory(join(blobs, algorithm))
    await syncDirectory(blobs)
  }

  get #ingest(): string {
    return join(this.root, '.ingest')
  }

  async #describe(digest: Digest, name: string): Promise<Descriptor> {
    const bytes = await readSmall(this.blobPath(digest), maxManifestSize)
    if (bytes === undefined) throw missing('ERR_MANIFEST_UNKNOWN', name, this.root)
    const { mediaType } = parseManifest(bytes, undefined, name)
    return { mediaType, digest, size: bytes.length }
  }
}
