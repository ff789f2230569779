import { validateImageConfig, type ExecutionConfig } from '@cofferdam/oci-spec'
import { addBlob } from '../content/add-blob.js'
import type { BlobSink } from '../content/blobs.js'
import type { Descriptor, Platform } from '../content/descriptor.js'
import { mediaTypes } from '../content/media-types.js'
import { hostPlatform } from '../content/platform.js'
import { computeDigest } from '../reference/digest.js'
import type { Reference } from '../reference/reference.js'
import { addLayer, type AddLayerOptions, type LayerInput } from './layer.js'

/** Options of {@link buildImage}. */
export interface BuildImageOptions extends AddLayerOptions {
  /** The lowest first. */
  readonly layers: readonly LayerInput[]
  /** How containers of the image are run. */
  readonly config?: ExecutionConfig
  /** This machine's unless given. */
  readonly platform?: Platform
  /** The name it gets. */
  readonly reference?: Reference
  readonly annotations?: Readonly<Record<string, string>>
}

function platformFields({ os, architecture, variant }: Platform): Platform {
  return { os, architecture, ...(variant === undefined ? {} : { variant }) }
}

async function add(sink: BlobSink, value: object, mediaType: string): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(value))
  const descriptor = { mediaType, digest: computeDigest(bytes), size: bytes.length }
  await addBlob(sink, descriptor, (offset) => [bytes.subarray(offset)])
  return descriptor
}

/**
 * Makes an image of directories or archives in a sink: a layout, an {@link ImageStore}, a registry. Returns the
 * manifest's descriptor. With `sourceDateEpoch` the same input gives the same digest.
 * @throws CofferdamError `ERR_INVALID_IMAGE` for a bad configuration, `ERR_FILE_CHANGED`, those of the sink
 */
export async function buildImage(sink: BlobSink, options: BuildImageOptions): Promise<Descriptor> {
  const { layers, config, reference, annotations, sourceDateEpoch } = options
  const created = new Date(sourceDateEpoch === undefined ? Date.now() : sourceDateEpoch * 1000)
  const draft = (ids: string[]) => ({
    created: created.toISOString(),
    ...platformFields(options.platform ?? hostPlatform()),
    ...(config === undefined ? {} : { config }),
    rootfs: { type: 'layers', diff_ids: ids },
    history: ids.map(() => ({ created: created.toISOString(), created_by: 'cofferdam' })),
  })
  validateImageConfig(draft([]))
  const added = []
  for (const layer of layers) added.push(await addLayer(sink, layer, options))
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: await add(sink, draft(added.map(({ diffId }) => diffId)), mediaTypes.config),
    layers: added.map(({ descriptor }) => descriptor),
    ...(annotations === undefined ? {} : { annotations }),
  }
  const bytes = Buffer.from(JSON.stringify(manifest))
  const descriptor = { mediaType: mediaTypes.manifest, digest: computeDigest(bytes), size: bytes.length }
  await sink.putManifest(descriptor, bytes, reference === undefined ? {} : { reference })
  return descriptor
}
