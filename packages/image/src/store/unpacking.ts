import type { FileHandle } from 'node:fs/promises'
import type { Abortable } from '../content/blobs.js'
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
 * be right. The signal kills the unpacker; what waits for it fails with the signal's reason.
 */
export async function unpackWhileIngesting(
  layers: LayerStore,
  blob: Digest,
  file: FileHandle,
  options: UnpackingOptions & Abortable,
): Promise<IngestTap> {
  const { signal } = options
  signal?.throwIfAborted()
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
  const kill = (): void => void unpack.abort()
  signal?.addEventListener('abort', kill, { once: true })
  if (signal?.aborted === true) kill()
  return {
    announce: (length) => unpack.announce(length),
    async end(length) {
      try {
        unpacked = await unpack.end(length)
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      }
      return parseDigest(`sha256:${unpacked.blobSha256}`)
    },
    async commit() {
      settled = true
      signal?.removeEventListener('abort', kill)
      const { tarSha256, implied } = unpacked as UnpackedLayer
      await layers.accept(staged, blob, parseDigest(`sha256:${tarSha256}`), implied)
    },
    async abort() {
      if (settled) return
      settled = true
      signal?.removeEventListener('abort', kill)
      await unpack.abort()
      await layers.discard(staged)
    },
  }
}
