import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isCofferdamError } from '@cofferdam/core'
import { diffIds, isImageManifest, maxConfigSize, readConfig } from '../config/config.js'
import type { Descriptor } from '../content/descriptor.js'
import { isIndex, maxManifestSize, parseManifest } from '../content/manifest.js'
import { isIndexType, isManifestType } from '../content/media-types.js'
import type { KeepLayers, LayerStore } from '../layer/layers.js'
import { readSmall } from '../layout/files.js'
import { changeIndexFile } from '../layout/index-file.js'
import type { ImageLayout } from '../layout/layout.js'
import { isDigest, type Digest } from '../reference/digest.js'

/** Options of {@link ImageStore.prune}. */
export interface PruneOptions {
  /** Milliseconds that content is left alone after it was written or asked for, so that no pull under way loses it; an hour unless given. */
  readonly minAge?: number
  /** The same as a time: content that was written or asked for since then is left alone. */
  readonly before?: Date
  /** Tells of the layers of containers, which stay whatever the names say; there are none unless given. */
  readonly keep?: KeepLayers
}

/** What a prune removed. */
export interface PruneResult {
  readonly blobs: readonly Digest[]
  readonly layers: readonly Digest[]
  /** Bytes of the blobs. */
  readonly bytes: number
}

/** What the names need. */
class Needed {
  readonly blobs = new Set<Digest>()
  readonly layers = new Set<Digest>()
  /** Documents with the type that they were read as: one may be named as another thing elsewhere. */
  readonly #visited = new Set<string>()
  readonly #layout: ImageLayout

  constructor(layout: ImageLayout) {
    this.#layout = layout
  }

  /**
   * Marks a blob and what it names. What is absent (other platforms of an index) is passed over, and so is what an
   * image names by a wrong type or size: it is kept, and nothing can be made of it.
   */
  async mark(descriptor: Descriptor): Promise<void> {
    this.blobs.add(descriptor.digest)
    if (!isIndexType(descriptor.mediaType) && !isManifestType(descriptor.mediaType)) return
    const key = `${descriptor.digest} ${descriptor.mediaType}`
    if (this.#visited.has(key)) return
    this.#visited.add(key)
    try {
      await this.#markContent(descriptor)
    } catch (error) {
      if (!isCofferdamError(error)) throw error
    }
  }

  async #markContent({ digest, mediaType }: Descriptor): Promise<void> {
    const bytes = await readSmall(this.#layout.blobPath(digest), maxManifestSize)
    if (bytes === undefined) return
    const document = parseManifest(bytes, mediaType)
    if (isIndex(document)) {
      for (const entry of document.manifests) await this.mark(entry)
      return
    }
    for (const entry of [document.config, ...document.layers]) this.blobs.add(entry.digest)
    if (!isImageManifest(document)) return
    const config = await readSmall(this.#layout.blobPath(document.config.digest), maxConfigSize)
    if (config === undefined) return
    for (const id of diffIds(readConfig(config, document.config.digest), document)) this.layers.add(id)
  }
}

async function sweepBlobs(
  layout: ImageLayout,
  keep: ReadonlySet<Digest>,
  before: Date,
): Promise<{ blobs: Digest[]; bytes: number }> {
  const blobs: Digest[] = []
  let bytes = 0
  for (const algorithm of await readdir(join(layout.root, 'blobs'))) {
    for (const name of await readdir(join(layout.root, 'blobs', algorithm))) {
      const digest = `${algorithm}:${name}`
      if (!isDigest(digest) || keep.has(digest)) continue
      const { mtime, size } = await stat(layout.blobPath(digest))
      if (mtime >= before) continue
      await unlink(layout.blobPath(digest))
      blobs.push(digest)
      bytes += size
    }
  }
  return { blobs, bytes }
}

/**
 * Removes blobs and layers that no name needs, and beginnings of blobs. It holds the lock of index.json, so that nothing gets a name meanwhile;
 * a pull under way is safe by age: whatever it found or wrote was touched.
 */
export async function pruneStore(
  layout: ImageLayout,
  layers: LayerStore,
  options: PruneOptions = {},
): Promise<PruneResult> {
  const before = options.before ?? new Date(Date.now() - (options.minAge ?? 3_600_000) + 1)
  const keep: KeepLayers = options.keep ?? ((take) => take([]))
  let result: PruneResult = { blobs: [], layers: [], bytes: 0 }
  await changeIndexFile(layout.root, async (manifests) => {
    const needed = new Needed(layout)
    for (const descriptor of manifests) await needed.mark(descriptor)
    const swept = await sweepBlobs(layout, needed.blobs, before)
    result = { ...swept, layers: await layers.prune(needed.layers, before, keep) }
    await layout.removeBeginnings(before)
    return manifests
  })
  return result
}
