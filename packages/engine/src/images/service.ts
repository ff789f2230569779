import { statSync } from 'node:fs'
import { join } from 'node:path'
import { CofferdamError, isErrno } from '@cofferdam/core'
import {
  ImageStore,
  PullLeases,
  copyImage,
  familiarReference,
  formatReference,
  parsePlatform,
  parseReference,
  type KeepLayers,
  type Reference,
} from '@cofferdam/image'
import { RegistryClient, type RegistryClientOptions } from '@cofferdam/registry'
import type { Roots } from '../state/roots.js'
import type { ImageSummary, PullProgress } from '../types.js'
import type { StoredImage } from './stored.js'

/** Registries and mirrors: the options of the registry client. */
export type ImageOptions = RegistryClientOptions

/** Options of a pull. */
export interface PullOptions {
  /** Like `linux/arm64`; this machine's unless given. */
  readonly platform?: string
  readonly signal?: AbortSignal
  /** Called as bytes arrive and layers are unpacked, on the event loop. */
  readonly onProgress?: (progress: PullProgress) => void
}

/** When to ask a registry, besides the options of a pull. */
export interface ObtainOptions extends PullOptions {
  readonly pull?: 'missing' | 'always' | 'never'
}

/** How long the locks of a pull that has died are waited for, where no other is under way. */
const DYING_MS = 500

/** The images of an engine: store and registries. */
export class ImageService {
  readonly #store: ImageStore
  readonly #indexFile: string
  readonly #options: ImageOptions
  readonly #leases: PullLeases
  readonly #known = new Map<string, { readonly version: string; readonly image: StoredImage }>()
  #client: RegistryClient | undefined

  private constructor(store: ImageStore, indexFile: string, leases: PullLeases, options: ImageOptions) {
    this.#store = store
    this.#indexFile = indexFile
    this.#leases = leases
    this.#options = options
  }

  /** Opens the store below a root. */
  static async open(roots: Roots, options: ImageOptions): Promise<ImageService> {
    const directory = join(roots.store, 'images')
    const leases = new PullLeases(join(roots.run, 'pulls'))
    const store = await ImageStore.open(directory, { sweep: false })
    return new ImageService(store, join(directory, 'index.json'), leases, options)
  }

  /** The familiar form of a reference, like `alpine:latest`. @throws CofferdamError `ERR_INVALID_REFERENCE` */
  familiar(reference: string): string {
    return familiarReference(parseReference(reference))
  }

  /** Fetches an image and unpacks it. */
  async pull(text: string, options: PullOptions = {}): Promise<ImageSummary> {
    const reference = parseReference(text)
    await this.#fetch(reference, options)
    return this.#summary(reference)
  }

  /** An image of the store, pulled where it is missing or wanted anew. @throws CofferdamError `ERR_IMAGE_NOT_FOUND` with `pull: 'never'` */
  async obtain(text: string, options: ObtainOptions = {}): Promise<StoredImage> {
    const reference = parseReference(text)
    if (options.pull === 'always') await this.#fetch(reference, options)
    try {
      return await this.#find(reference, options)
    } catch (error) {
      if (!isErrno(error, 'ERR_MANIFEST_UNKNOWN', 'ERR_BLOB_UNKNOWN')) throw error
      if (options.pull === 'never') {
        throw new CofferdamError('ERR_IMAGE_NOT_FOUND', `image ${text} is not in the store`, {
          path: text,
          hint: `cofferdam pull ${text}`,
          cause: error,
        })
      }
    }
    await this.#fetch(reference, options)
    return this.#find(reference, options)
  }

  /** Starts something of an image of {@link obtain}; once more where a prune took its layers before they were in use. */
  async use<T>(text: string, options: ObtainOptions, start: (image: StoredImage) => Promise<T>): Promise<T> {
    const once = async () => start(await this.obtain(text, options))
    return once().catch((error: unknown) => {
      if (!isErrno(error, 'ERR_OVERLAY_MISSING_LAYER')) throw error
      this.#known.clear()
      return once()
    })
  }

  /** All images with a name. */
  async list(): Promise<ImageSummary[]> {
    const named = await this.#store.list()
    return Promise.all(named.map(({ name }) => this.#summary(parseReference(name))))
  }

  /** Takes an image's name away. @throws CofferdamError `ERR_IMAGE_NOT_FOUND` */
  async remove(text: string): Promise<ImageSummary> {
    const reference = parseReference(text)
    try {
      const summary = await this.#summary(reference)
      await this.#store.untag(reference)
      return summary
    } catch (error) {
      if (!isErrno(error, 'ERR_MANIFEST_UNKNOWN')) throw error
      throw new CofferdamError('ERR_IMAGE_NOT_FOUND', `no image ${text}`, {
        path: text,
        hint: 'list them with cofferdam images',
        cause: error,
      })
    }
  }

  /** Removes blobs and layers that neither images nor, as `keep` tells, containers need; returns the bytes of the blobs. */
  async collect(keep: KeepLayers): Promise<number> {
    this.#known.clear()
    const { bytes } = await this.#store.prune({ keep, before: await this.#leases.cutoff() })
    return bytes
  }

  /** Removes, unless `dryRun`, what pulls of dead processes left, and returns the paths. */
  async sweep(options: { readonly dryRun?: boolean } = {}): Promise<string[]> {
    const dead = this.#leases.sweep(options)
    const isPulling = dead.length === 0 || this.#leases.oldest() !== undefined
    return [...dead, ...(await this.#store.sweep(isPulling ? options : { ...options, patience: DYING_MS }))]
  }

  /** Images that lack a blob, with its digest. */
  async incomplete(): Promise<{ readonly name: string; readonly missing: string }[]> {
    const found: { name: string; missing: string }[] = []
    for (const { name, descriptor } of await this.#store.list()) {
      const missing = await this.#store.missing(descriptor)
      if (missing !== undefined) found.push({ name, missing })
    }
    return found
  }

  async close(): Promise<void> {
    await this.#client?.close()
    await this.#store.close()
  }

  async #fetch(reference: Reference, { platform, signal, onProgress }: PullOptions): Promise<void> {
    this.#client ??= new RegistryClient(this.#options)
    using lease = this.#leases.begin()
    void lease
    await copyImage(this.#client.repository(reference), this.#store, reference, {
      ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { progress: onProgress }),
    })
  }

  /** The image of a name; what was found before counts while the store's index is the same file. */
  async #find(reference: Reference, { platform, signal }: PullOptions): Promise<StoredImage> {
    const key = `${formatReference(reference)} ${platform ?? ''}`
    const version = this.#version()
    const known = this.#known.get(key)
    if (known !== undefined && known.version === version) return known.image
    // An image that was packed or copied here is unpacked by its first use.
    using lease = this.#leases.begin()
    void lease
    const found = await this.#store.get(reference, {
      ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
      ...(signal === undefined ? {} : { signal }),
    })
    const image: StoredImage = {
      name: familiarReference(reference),
      digest: found.digest,
      id: found.manifest.config.digest,
      config: found.config,
      layers: [...found.layers].reverse(),
      diffIds: found.diffIds,
    }
    this.#known.set(key, { version, image })
    return image
  }

  #version(): string {
    const stat = statSync(this.#indexFile, { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? '' : `${stat.ino}:${stat.mtimeNs}:${stat.size}`
  }

  async #summary(reference: Reference): Promise<ImageSummary> {
    const { digest, manifest, config } = await this.#store.get(reference)
    return {
      name: familiarReference(reference),
      digest,
      id: manifest.config.digest,
      platform: [config.os, config.architecture, config.variant].filter(Boolean).join('/'),
      size: manifest.config.size + manifest.layers.reduce((sum, layer) => sum + layer.size, 0),
      created: config.created ? new Date(config.created) : undefined,
    }
  }
}
