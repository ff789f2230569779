import type { Reference, RepositoryName } from '../reference/reference.js'
import type { Descriptor, Manifest } from './descriptor.js'

/** An option of everything that waits. */
export interface Abortable {
  readonly signal?: AbortSignal
}

/** Options of {@link BlobSource.fetchBlob}. */
export interface FetchBlobOptions extends Abortable {
  /** First byte wanted; 0 unless given. */
  readonly offset?: number
  /**
   * Whether the source checks size and digest of what it yields, and fails after the last byte if they differ; true
   * unless given. Only a whole blob can be checked: from an `offset` on, only the size is.
   */
  readonly verify?: boolean
}

/**
 * Where images are read from: a repository of a registry, an image layout. Everything is content-addressed but
 * `resolve`.
 */
export interface BlobSource {
  /** The repository this reads from, where it is one of a registry; a sink of the same registry can mount from it. */
  readonly repository?: RepositoryName

  /**
   * The descriptor of the index or manifest a reference names.
   * @throws CofferdamError `ERR_MANIFEST_UNKNOWN`
   */
  resolve(reference: Reference, options?: Abortable): Promise<Descriptor>

  /**
   * The bytes of an index or manifest, verified against the descriptor; 4 MiB at most.
   * @throws CofferdamError `ERR_MANIFEST_UNKNOWN`, `ERR_DIGEST_MISMATCH`, `ERR_TOO_LARGE`
   */
  fetchManifest(descriptor: Descriptor, options?: Abortable): Promise<Uint8Array>

  /**
   * A blob as a stream of chunks of any length. The stream yields exactly `size - offset` bytes or throws. Returning
   * early from the loop, or the signal, releases what it holds.
   * @throws CofferdamError `ERR_BLOB_UNKNOWN`, `ERR_DIGEST_MISMATCH`
   */
  fetchBlob(descriptor: Descriptor, options?: FetchBlobOptions): AsyncIterable<Uint8Array>
}

/** One blob on its way into a {@link BlobSink}. Dispose without commit drops it, or keeps it for a later resume. */
export interface BlobWriter extends AsyncDisposable {
  /** Bytes the sink already has of this blob from an interrupted transfer: writing continues there. */
  readonly offset: number
  /** Takes the next bytes (the writer owns them from then on); resolves when it can take more. */
  write(chunk: Uint8Array): Promise<void>
  /**
   * All bytes are written: the sink checks size and digest, and only then is the blob there.
   * @throws CofferdamError `ERR_DIGEST_MISMATCH`
   */
  commit(): Promise<void>
}

/** What a blob is for in the image that is being copied. */
export interface BlobRole {
  readonly kind: 'config' | 'layer'
  /** Position of a layer, the lowest is 0. */
  readonly index: number
  /** The manifest the blob belongs to. */
  readonly manifest: Manifest
}

/** Options of {@link BlobSink.openBlob}. */
export interface OpenBlobOptions extends Abortable {
  readonly role?: BlobRole
}

/** Options of {@link BlobSink.putManifest}. */
export interface PutManifestOptions extends Abortable {
  /** Name the manifest so. Without it, it is stored by digest only (a manifest of an index). */
  readonly reference?: Reference
}

/**
 * Where images are written to: a repository of a registry, an image layout, or a store that unpacks a layer while
 * it arrives: `openBlob` then starts the unpacker, `write` appends to the blob file and announces its length, and
 * `commit` waits for the unpacker and compares the digests.
 */
export interface BlobSink {
  /** True if `commit` compares the digest anyway, so that the source need not hash the same bytes. */
  readonly verifies?: boolean
  /** True if an index is stored although some of its manifests are absent; an image of one platform then keeps its index's digest. */
  readonly sparseIndex?: boolean

  /** Whether the blob or manifest is already there, whole. */
  has(descriptor: Descriptor, options?: Abortable): Promise<boolean>
  /** Begins a blob. */
  openBlob(descriptor: Descriptor, options?: OpenBlobOptions): Promise<BlobWriter>
  /** Takes a blob over from another repository of the same registry without a transfer; false if that is not possible. */
  mountBlob?(descriptor: Descriptor, from: RepositoryName, options?: Abortable): Promise<boolean>
  /** Stores an index or manifest whose blobs and manifests are there already. It comes after everything it names. */
  putManifest(descriptor: Descriptor, bytes: Uint8Array, options?: PutManifestOptions): Promise<void>
}
