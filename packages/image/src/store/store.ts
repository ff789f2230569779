import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { CofferdamError } from '@cofferdam/core'
import type { ImageConfig } from '@cofferdam/oci-spec'
import { diffIds, isImageManifest, maxConfigSize, readConfig } from '../config/config.js'
import { imageDefaults, type ImageDefaults } from '../config/defaults.js'
import type {
  Abortable,
  BlobSink,
  BlobWriter,
  OpenBlobOptions,
  PutManifestOptions,
} from '../content/blobs.js'
import type { Descriptor, Manifest, Platform } from '../content/descriptor.js'
import { isIndex, parseManifest } from '../content/manifest.js'
import { layerCompression } from '../content/media-types.js'
import { choosePlatform, formatPlatform, hostPlatform } from '../content/platform.js'
import { parallel } from '../copy/parallel.js'
import { LayerStore } from '../layer/layers.js'
import { ImageLayout, type NamedDescriptor } from '../layout/layout.js'
import type { IngestTap } from '../layout/ingest.js'
import type { SweepOptions } from '../layout/temporary.js'
import { digestMismatch, sizeMismatch, verifyBytes, verifyStream } from '../content/verify.js'
import { digestAlgorithm, type Digest } from '../reference/digest.js'
import type { Reference } from '../reference/reference.js'
import { pruneStore, type PruneOptions, type PruneResult } from './prune.js'
import { unpackWhileIngesting, type UnpackingOptions } from './unpacking.js'

/** Options of {@link ImageStore.open}. */
export interface ImageStoreOptions extends UnpackingOptions {
  /** Removes at the opening what dead processes left, {@link ImageStore.sweep}; true unless given. */
  readonly sweep?: boolean
}

/** An image of one platform that is in the store, unpacked. */
export interface StoredImage {
  /** The manifest's digest. */
  readonly digest: Digest
  readonly manifest: Manifest
  readonly config: ImageConfig
  readonly defaults: ImageDefaults
  readonly diffIds: readonly Digest[]
  /** Directories for overlayfs (option `userxattr`), the lowest first. */
  readonly layers: readonly string[]
}

/** Whether a manifest is of an image whose layers are all archives: BuildKit's attestations have an image's type too. */
function canUnpack(manifest: Manifest): boolean {
  const { layers } = manifest
  return isImageManifest(manifest) && layers.every((layer) => layerCompression(layer.mediaType) !== undefined)
}

/** Hashes a whole file. @throws CofferdamError `ERR_DIGEST_MISMATCH`; the signal's reason */
async function verifyFile(file: FileHandle, descriptor: Descriptor, signal: AbortSignal): Promise<void> {
  const chunks = file.createReadStream({ start: 0, highWaterMark: 256 * 1024, autoClose: false })
  for await (const _chunk of verifyStream(chunks, descriptor)) signal.throwIfAborted()
}

/** Which image: by name, or by the digest of a manifest or index. */
export type ImageName = Reference | Descriptor

/**
 * Images on this machine: an OCI layout in `ROOT`, and the layers unpacked in `ROOT/layers`. It is the sink of a pull:
 * `copyImage(client, store, reference)` unpacks each layer while it arrives. Any number of processes may share it.
 */
export class ImageStore implements BlobSink, AsyncDisposable {
  readonly verifies = true
  readonly sparseIndex = true

  private constructor(
    /** The blobs and names; a source and sink too, which does not unpack. */
    readonly layout: ImageLayout,
    readonly layers: LayerStore,
    readonly options: ImageStoreOptions,
  ) {}

  /** Opens the store in a directory, made if it is missing. @throws CofferdamError `ERR_INVALID_LAYOUT` */
  static async open(root: string, options: ImageStoreOptions = {}): Promise<ImageStore> {
    const layout = await ImageLayout.open(root)
    const store = new ImageStore(layout, await LayerStore.open(join(root, 'layers')), options)
    if (options.sweep !== false) await store.sweep()
    return store
  }

  /** All names, like `docker images`. */
  list(): Promise<NamedDescriptor[]> {
    return this.layout.list()
  }

  /** Gives an image another name, like `docker tag`. */
  async tag(source: Reference, target: Reference): Promise<void> {
    await this.layout.tag(target, await this.layout.resolve(source))
  }

  /** Takes a name away, like `docker rmi`; {@link ImageStore.prune} frees the space. @throws CofferdamError `ERR_MANIFEST_UNKNOWN` */
  untag(reference: Reference): Promise<void> {
    return this.layout.untag(reference)
  }

  /**
   * The image of a name for a platform (this machine's unless given), unpacked if it is not.
   * @throws CofferdamError `ERR_MANIFEST_UNKNOWN`, `ERR_NO_PLATFORM`, those of an unpack; the signal's reason
   */
  async get(name: ImageName, options: { platform?: Platform } & Abortable = {}): Promise<StoredImage> {
    const named = 'repository' in name ? await this.layout.resolve(name) : name
    const { descriptor, manifest } = await this.#manifest(named, options.platform ?? hostPlatform(), 0)
    if (!isImageManifest(manifest)) {
      throw new CofferdamError(
        'ERR_NOT_AN_IMAGE',
        `${descriptor.digest}: an artifact of type ${manifest.artifactType ?? manifest.config.mediaType}`,
        { hint: 'containers can only be made of images' },
      )
    }
    const { config, ids } = await this.#unpackAll(manifest, options)
    return {
      digest: descriptor.digest,
      manifest,
      config,
      defaults: imageDefaults(config),
      diffIds: ids,
      layers: await this.layers.chain(ids),
    }
  }

  /** Digest of the first blob that an image needs and the store lacks; undefined when all are there. */
  async missing(name: ImageName): Promise<Digest | undefined> {
    const named = 'repository' in name ? await this.layout.resolve(name) : name
    if (!(await this.has(named))) return named.digest
    const document = parseManifest(await this.layout.fetchManifest(named), named.mediaType)
    if (isIndex(document)) {
      const kept = document.manifests.filter(({ platform }) => platform !== undefined)
      const chosen = choosePlatform(kept, hostPlatform())
      return chosen === undefined ? undefined : this.missing(chosen)
    }
    for (const blob of [document.config, ...document.layers]) if (!(await this.has(blob))) return blob.digest
    return undefined
  }

  has(descriptor: Descriptor): Promise<boolean> {
    return this.layout.has(descriptor)
  }

  async openBlob(descriptor: Descriptor, options: OpenBlobOptions = {}): Promise<BlobWriter> {
    const { role } = options
    const isLayer = role?.kind === 'layer' && canUnpack(role.manifest)
    if (!isLayer || (await this.layers.diffIdOf(descriptor.digest)) !== undefined) {
      return this.layout.openBlob(descriptor, options)
    }
    return this.layout.openBlob(descriptor, {
      ...options,
      tap: (file) => this.#tap(descriptor, file, options),
    })
  }

  async putManifest(
    descriptor: Descriptor,
    bytes: Uint8Array,
    options: PutManifestOptions = {},
  ): Promise<void> {
    verifyBytes(bytes, descriptor)
    const document = parseManifest(bytes, descriptor.mediaType)
    if (!isIndex(document) && canUnpack(document)) await this.#unpackAll(document, options)
    await this.layout.putManifest(descriptor, bytes, options)
  }

  /** Removes content that no name needs, like `docker image prune`. */
  prune(options: PruneOptions = {}): Promise<PruneResult> {
    return pruneStore(this.layout, this.layers, options)
  }

  /** Removes, unless `dryRun`, what dead processes left unfinished, and returns the paths. */
  async sweep(options: SweepOptions = {}): Promise<string[]> {
    return [...(await this.layout.sweep(options)), ...(await this.layers.sweep(options))]
  }

  /** Drops what an unfinished pull has unpacked. Idempotent. */
  async close(): Promise<void> {
    await this.layers.close()
  }

  /** {@link ImageStore.close}, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #manifest(
    descriptor: Descriptor,
    platform: Platform,
    depth: number,
  ): Promise<{ descriptor: Descriptor; manifest: Manifest }> {
    const document = parseManifest(await this.layout.fetchManifest(descriptor), descriptor.mediaType)
    if (!isIndex(document)) return { descriptor, manifest: document }
    const chosen = depth < 4 ? choosePlatform(document.manifests, platform) : undefined
    if (chosen === undefined) {
      throw new CofferdamError(
        'ERR_NO_PLATFORM',
        `${descriptor.digest}: there is no image for ${formatPlatform(platform)}`,
      )
    }
    return this.#manifest(chosen, platform, depth + 1)
  }

  /** Unpacks the layers that are not, checks all diff ids, and makes them durable. */
  async #unpackAll(
    manifest: Manifest,
    { signal }: Abortable,
  ): Promise<{ config: ImageConfig; ids: Digest[] }> {
    signal?.throwIfAborted()
    const { digest, size } = manifest.config
    const chunks: Uint8Array[] = []
    if (size > maxConfigSize)
      throw new CofferdamError('ERR_TOO_LARGE', `${digest}: a configuration of ${size} bytes`)
    for await (const chunk of this.layout.fetchBlob(manifest.config)) chunks.push(chunk)
    const config = readConfig(Buffer.concat(chunks), digest)
    const ids = diffIds(config, manifest)
    await parallel([...manifest.layers.entries()], 2, signal, ([index, layer], abort) =>
      this.#unpack(layer, ids[index] as Digest, abort),
    )
    await this.layers.flush()
    return { config, ids }
  }

  #tap({ digest }: Descriptor, file: FileHandle, { signal }: Abortable): Promise<IngestTap> {
    const abort = signal === undefined ? {} : { signal }
    return unpackWhileIngesting(this.layers, digest, file, { ...this.options, ...abort })
  }

  async #unpack(layer: Descriptor, expected: Digest, signal: AbortSignal): Promise<void> {
    const known = await this.layers.diffIdOf(layer.digest)
    if (known !== undefined) return this.#compare(layer, expected, known)
    if (layerCompression(layer.mediaType) === undefined) {
      throw new CofferdamError(
        'ERR_UNSUPPORTED_LAYER',
        `${layer.digest}: a layer of type ${layer.mediaType} cannot be unpacked`,
      )
    }
    await using file = await open(this.layout.blobPath(layer.digest)).catch((cause: unknown) => {
      throw new CofferdamError('ERR_BLOB_UNKNOWN', `${layer.digest}: not in this store`, {
        hint: 'pull the image again',
        cause,
      })
    })
    const { size } = await file.stat()
    if (size !== layer.size) throw sizeMismatch(layer.digest, layer.size, size)
    const tap = await this.#tap(layer, file, { signal })
    try {
      const actual = await tap.end(size)
      if (digestAlgorithm(layer.digest) !== 'sha256') await verifyFile(file, layer, signal)
      else if (actual !== layer.digest) throw digestMismatch(layer.digest, layer.digest, actual as Digest)
      await tap.commit()
    } finally {
      await tap.abort()
    }
    this.#compare(layer, expected, (await this.layers.diffIdOf(layer.digest)) as Digest)
  }

  #compare(layer: Descriptor, expected: Digest, actual: Digest): void {
    if (expected === actual) return
    throw new CofferdamError(
      'ERR_DIFF_ID_MISMATCH',
      `layer ${layer.digest}: its archive is ${actual}, the image's configuration says ${expected}`,
      { hint: 'the image is damaged or forged; nothing of it is used' },
    )
  }
}
