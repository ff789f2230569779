import type {
  Abortable,
  BlobSink,
  BlobSource,
  BlobWriter,
  Descriptor,
  Digest,
  FetchBlobOptions,
  PutManifestOptions,
  Reference,
  RepositoryName,
} from '@cofferdam/image'
import { fetchBlob } from './blob-fetch.js'
import { has, mountBlob, openBlob } from './blob-push.js'
import type { RepositoryContext } from './context.js'
import { deleteBlob, deleteManifest, deleteTag } from './delete.js'
import { fetchManifest, resolve, storeManifest } from './manifests.js'
import { listReferrers, recordReferrer, type ReferrersOptions } from './referrers.js'
import { listTags, type TagsOptions } from './tags.js'

/**
 * A repository of a registry, to read from and write to: a source and a sink of `copyImage`. References given to it are
 * used for their tag and digest only.
 */
export class RegistryRepository implements BlobSource, BlobSink {
  /** The registry compares digests when an upload ends. */
  readonly verifies = true
  readonly #context: RepositoryContext

  /** @internal */
  constructor(context: RepositoryContext) {
    this.#context = context
  }

  get repository(): RepositoryName {
    return this.#context.name
  }

  /** The descriptor of a tag or digest, like `skopeo inspect --raw | sha256sum`. */
  resolve(reference: Pick<Reference, 'tag' | 'digest'>, options: Abortable = {}): Promise<Descriptor> {
    return resolve(this.#context, reference, options)
  }

  fetchManifest(descriptor: Descriptor, options: Abortable = {}): Promise<Uint8Array> {
    return fetchManifest(this.#context, descriptor, options)
  }

  fetchBlob(descriptor: Descriptor, options: FetchBlobOptions = {}): AsyncIterable<Uint8Array> {
    return fetchBlob(this.#context, descriptor, options)
  }

  has(descriptor: Descriptor, options: Abortable = {}): Promise<boolean> {
    return has(this.#context, descriptor, options)
  }

  openBlob(descriptor: Descriptor, options: Abortable = {}): Promise<BlobWriter> {
    return openBlob(this.#context, descriptor, options)
  }

  mountBlob(descriptor: Descriptor, from: RepositoryName, options: Abortable = {}): Promise<boolean> {
    return mountBlob(this.#context, descriptor, from, options)
  }

  /** Stores a manifest; one with a subject is added to the subject's referrers, whatever the registry's age. */
  async putManifest(
    descriptor: Descriptor,
    bytes: Uint8Array,
    options: PutManifestOptions = {},
  ): Promise<void> {
    const listed = await storeManifest(this.#context, descriptor, bytes, options)
    const abort = options.signal === undefined ? {} : { signal: options.signal }
    if (!listed) await recordReferrer(this.#context, descriptor, bytes, abort)
  }

  /** The tags, like `skopeo list-tags`. */
  tags(options: TagsOptions = {}): AsyncIterable<string> {
    return listTags(this.#context, options)
  }

  /** The manifests whose subject is this digest. */
  referrers(digest: Digest, options: ReferrersOptions = {}): Promise<Descriptor[]> {
    return listReferrers(this.#context, digest, options)
  }

  /**
   * Deletes a tag; the manifest stays (distribution-spec, end-9). Not every registry can.
   * @throws CofferdamError `ERR_REGISTRY_REFUSED` where it cannot, `ERR_MANIFEST_UNKNOWN`
   */
  deleteTag(tag: string, options: Abortable = {}): Promise<void> {
    return deleteTag(this.#context, tag, options)
  }

  /** Deletes a manifest and all its tags, like `skopeo delete`. */
  deleteManifest(digest: Digest, options: Abortable = {}): Promise<void> {
    return deleteManifest(this.#context, digest, options)
  }

  /**
   * Deletes a blob (distribution-spec, end-10).
   * @throws CofferdamError `ERR_REGISTRY_REFUSED` where the registry cannot, `ERR_BLOB_UNKNOWN`
   */
  deleteBlob(digest: Digest, options: Abortable = {}): Promise<void> {
    return deleteBlob(this.#context, digest, options)
  }
}
