import type { FileHandle } from 'node:fs/promises'
import type { LayerStarter } from '../layer/program.js'
import type { LayerLimits } from '../layer/protocol.js'
import type { LayerStore } from '../layer/layers.js'
import { LayerUnpack, type UnpackedLayer } from '../layer/unpack.js'
import type { IngestTap } from '../layout/ingest.js'
import { parseDigest, type Digest } from '../reference/digest.js'

/** How layers are unpacked. */
export interface UnpackingOptions {
  readonly limits?: LayerLimits
  readonly starter?: LayerStarter
}

/**
 * Unpacks a layer into the store while its blob arrives. What is unpacked stays aside until the digests are known to
 * be right.
 */
export async function unpackWhileIngesting(
  layers: LayerStore,
  blob: Digest,
  file: FileHandle,
  options: UnpackingOptions,
): Promise<IngestTap> {
  const staged = await layers.stage()
  let unpack: LayerUnpack
  try {
    unpack = await LayerUnpack.start(file.fd, staged.fs.fd, { ...options, name: blob })
  } catch (error) {
    await layers.discard(staged)
    throw error
  }
  let unpacked: UnpackedLayer | undefined
  let settled = false
  return {
    announce: (length) => unpack.announce(length),
    async end(length) {
      unpacked = await unpack.end(length)
      return parseDigest(`sha256:${unpacked.blobSha256}`)
    },
    async commit() {
      settled = true
      const { tarSha256, implied } = unpacked as UnpackedLayer
      await layers.accept(staged, blob, parseDigest(`sha256:${tarSha256}`), implied)
    },
    async abort() {
      if (settled) return
      settled = true
      await unpack.abort()
      await layers.discard(staged)
    },
  }
}
