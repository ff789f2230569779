import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'
import { addBlob } from '../content/add-blob.js'
import type { BlobSink } from '../content/blobs.js'
import type { Descriptor } from '../content/descriptor.js'
import { mediaTypes } from '../content/media-types.js'
import { finishDigest, type Digest } from '../reference/digest.js'
import { packDirectory } from './tar.js'
import type { PackOptions } from './walk.js'

/** What a layer is made of: a directory, or an archive's bytes. */
export type LayerInput = { readonly directory: string } | { readonly tar: AsyncIterable<Uint8Array> }

/** Options of {@link addLayer}. */
export interface AddLayerOptions extends PackOptions {
  /** gzip unless given. */
  readonly compression?: 'none' | 'gzip' | 'zstd'
}

/** A layer that was added. */
export interface AddedLayer {
  readonly descriptor: Descriptor
  /** Digest of the archive. */
  readonly diffId: Digest
}

const formats = {
  none: { mediaType: mediaTypes.layer, compress: undefined },
  gzip: { mediaType: mediaTypes.layerGzip, compress: () => createGzip({ level: 6, chunkSize: 256 * 1024 }) },
  zstd: { mediaType: mediaTypes.layerZstd, compress: () => createZstdCompress({ chunkSize: 256 * 1024 }) },
} as const

/** Packs a layer and puts it into a sink. It is compressed into a temporary file first, for its digest. */
export async function addLayer(
  sink: BlobSink,
  input: LayerInput,
  options: AddLayerOptions = {},
): Promise<AddedLayer> {
  const { mediaType, compress } = formats[options.compression ?? 'gzip']
  const folder = await mkdtemp(join(tmpdir(), 'cofferdam-pack-'))
  try {
    const path = join(folder, 'layer')
    const plain = createHash('sha256')
    const packed = createHash('sha256')
    let size = 0
    const source = 'directory' in input ? packDirectory(input.directory, options) : input.tar
    async function* hashPlain(): AsyncGenerator<Uint8Array> {
      for await (const chunk of source) {
        plain.update(chunk)
        yield chunk
      }
    }
    async function* hashPacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        packed.update(chunk)
        size += chunk.length
        yield chunk
      }
    }
    const { signal } = options
    await pipeline(
      Readable.from(hashPlain()),
      compress?.() ?? new PassThrough(),
      hashPacked,
      createWriteStream(path),
      signal === undefined ? {} : { signal },
    )
    const descriptor = { mediaType, digest: finishDigest(packed, 'sha256'), size }
    await addBlob(sink, descriptor, (start) => createReadStream(path, { start, highWaterMark: 256 * 1024 }))
    return { descriptor, diffId: finishDigest(plain, 'sha256') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
