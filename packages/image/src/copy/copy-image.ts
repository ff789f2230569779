import { CofferdamError } from '@cofferdam/core'
import { formatReference, type Reference } from '../reference/reference.js'
import type { Abortable, BlobSink, BlobSource } from '../content/blobs.js'
import type { Descriptor, Index, Manifest, Platform } from '../content/descriptor.js'
import { isIndex, parseManifest } from '../content/manifest.js'
import { isIndexType, isManifestType } from '../content/media-types.js'
import { choosePlatform, formatPlatform, hostPlatform } from '../content/platform.js'
import { parallel } from './parallel.js'
import { transferBlob, type ProgressListener } from './transfer.js'

/** Options of {@link copyImage}. */
export interface CopyImageOptions extends Abortable {
  /** The name in the sink; the reference it is read by unless given. */
  readonly as?: Reference
  /** Which image of an index: this machine's unless given; `all` copies every one. */
  readonly platform?: Platform | 'all'
  /** Blobs in flight at once; 5 unless given. */
  readonly concurrency?: number
  readonly progress?: ProgressListener
}

/** One image (of one platform) that was copied. */
export interface CopiedManifest {
  readonly descriptor: Descriptor
  readonly manifest: Manifest
}

/** Result of {@link copyImage}. */
export interface CopiedImage {
  /** What the reference resolved to in the source: an index or a manifest. */
  readonly resolved: Descriptor
  /** What bears the name in the sink: `resolved`, or its manifest of one platform if the sink takes no sparse index. */
  readonly named: Descriptor
  /** The manifests that were copied, one unless `platform` is `all`. */
  readonly manifests: readonly CopiedManifest[]
}

const maxDepth = 4

interface Copy {
  readonly source: BlobSource
  readonly sink: BlobSink
  readonly name: string
  readonly options: CopyImageOptions
  readonly reference: Reference
  readonly copied: CopiedManifest[]
}

async function put(copy: Copy, descriptor: Descriptor, bytes: Uint8Array, named: boolean): Promise<void> {
  const { signal, progress } = copy.options
  await copy.sink.putManifest(descriptor, bytes, {
    ...(signal === undefined ? {} : { signal }),
    ...(named ? { reference: copy.reference } : {}),
  })
  const { digest, mediaType, size } = descriptor
  progress?.({ digest, mediaType, current: size, total: size, status: 'done' })
}

async function copyManifest(copy: Copy, descriptor: Descriptor, manifest: Manifest): Promise<void> {
  const { source, sink, options } = copy
  const blobs = new Map<string, { descriptor: Descriptor; kind: 'config' | 'layer'; index: number }>()
  blobs.set(manifest.config.digest, { descriptor: manifest.config, kind: 'config', index: 0 })
  for (const [index, layer] of manifest.layers.entries()) {
    if (!blobs.has(layer.digest)) blobs.set(layer.digest, { descriptor: layer, kind: 'layer', index })
  }
  await parallel([...blobs.values()], options.concurrency ?? 5, options.signal, (blob, signal) =>
    transferBlob(source, sink, blob.descriptor, {
      signal,
      role: { kind: blob.kind, index: blob.index, manifest },
      ...(options.progress === undefined ? {} : { progress: options.progress }),
    }),
  )
  copy.copied.push({ descriptor, manifest })
}

/** The children of an index to copy. */
function children(copy: Copy, index: Index): readonly Descriptor[] {
  const platform = copy.options.platform ?? hostPlatform()
  if (platform === 'all') return index.manifests
  const chosen = choosePlatform(index.manifests, platform)
  if (chosen !== undefined) return [chosen]
  const offered = index.manifests.flatMap((entry) =>
    entry.platform === undefined || entry.platform.os === 'unknown' ? [] : [formatPlatform(entry.platform)],
  )
  throw new CofferdamError(
    'ERR_NO_PLATFORM',
    `${copy.name}: there is no image for ${formatPlatform(platform)}`,
    {
      hint: offered.length === 0 ? 'the index is empty' : `it is offered for ${offered.join(', ')}`,
    },
  )
}

async function copyDocument(
  copy: Copy,
  descriptor: Descriptor,
  depth: number,
  named: boolean,
): Promise<Descriptor> {
  const { source, sink, options, name } = copy
  if (depth > maxDepth) {
    throw new CofferdamError('ERR_INVALID_MANIFEST', `${name}: indexes are nested deeper than ${maxDepth}`)
  }
  const abort = options.signal === undefined ? {} : { signal: options.signal }
  const bytes = await source.fetchManifest(descriptor, abort)
  const document = parseManifest(bytes, descriptor.mediaType, `${name} (${descriptor.digest})`)
  if (!isIndex(document)) {
    await copyManifest(copy, descriptor, document)
    await put(copy, descriptor, bytes, named)
    return descriptor
  }
  const all = options.platform === 'all'
  const keepsIndex = all || sink.sparseIndex === true
  let last = descriptor
  for (const child of children(copy, document)) {
    if (!all || isIndexType(child.mediaType) || isManifestType(child.mediaType)) {
      last = await copyDocument(copy, child, depth + 1, named && !keepsIndex)
    } else {
      // image-spec: an entry of an unknown type is content like any other.
      await parallel([child], 1, options.signal, (blob, signal) =>
        transferBlob(source, sink, blob, { signal, ...(options.progress && { progress: options.progress }) }),
      )
    }
  }
  if (!keepsIndex) return last
  await put(copy, descriptor, bytes, named)
  return descriptor
}

/**
 * Copies an image from a source to a sink: a pull, a push, or a copy between registries, like `skopeo copy`. Config and
 * layers travel in parallel, the manifest comes last, so the name never points at something incomplete. When this
 * throws, all transfers have ended.
 * @throws CofferdamError `ERR_NO_PLATFORM` and those of source, sink and {@link parseManifest}
 */
export async function copyImage(
  source: BlobSource,
  sink: BlobSink,
  reference: Reference,
  options: CopyImageOptions = {},
): Promise<CopiedImage> {
  options.signal?.throwIfAborted()
  const resolved = await source.resolve(
    reference,
    options.signal === undefined ? {} : { signal: options.signal },
  )
  const copied: CopiedManifest[] = []
  const name = formatReference(reference)
  const copy: Copy = { source, sink, name, options, reference: options.as ?? reference, copied }
  const named = await copyDocument(copy, resolved, 0, true)
  return { resolved, named, manifests: copied }
}
