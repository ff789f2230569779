import { CofferdamError } from '@cofferdam/core'
import type { Digest } from '../reference/digest.js'
import type { BlobRole, BlobSink, BlobSource } from '../content/blobs.js'
import type { Descriptor } from '../content/descriptor.js'
import { verifyBytes } from '../content/verify.js'

/** What happens to one blob or manifest of an image being copied. */
export interface CopyProgress {
  readonly digest: Digest
  readonly mediaType: string
  /** Bytes that are in the sink; after a resume this begins above 0. */
  readonly current: number
  /** Size in bytes. */
  readonly total: number
  /** `exists` and `mounted` mean that no byte had to travel; `done` that the sink has checked and kept it. */
  readonly status: 'exists' | 'mounted' | 'transferring' | 'done'
}

/** Receives {@link CopyProgress}, once for every chunk. */
export type ProgressListener = (event: CopyProgress) => void

function embedded(descriptor: Descriptor): Uint8Array | undefined {
  if (descriptor.data === undefined) return undefined
  const bytes = Buffer.from(descriptor.data, 'base64')
  verifyBytes(bytes, descriptor, `${descriptor.digest} (embedded data)`)
  return bytes
}

/** Brings one blob from source to sink, unless it is there already. */
export async function transferBlob(
  source: BlobSource,
  sink: BlobSink,
  descriptor: Descriptor,
  options: { signal: AbortSignal; role?: BlobRole; progress?: ProgressListener },
): Promise<void> {
  const { signal, role, progress } = options
  const { digest, mediaType, size: total } = descriptor
  const report = (status: CopyProgress['status'], current: number): void =>
    progress?.({ digest, mediaType, current, total, status })
  if (await sink.has(descriptor, { signal })) return report('exists', total)
  if (
    source.repository !== undefined &&
    (await sink.mountBlob?.(descriptor, source.repository, { signal }))
  ) {
    return report('mounted', total)
  }
  const writer = await sink.openBlob(descriptor, role === undefined ? { signal } : { signal, role })
  try {
    const { offset } = writer
    if (offset > total) {
      throw new CofferdamError('ERR_SIZE_MISMATCH', `${digest}: the sink has ${offset} bytes of ${total}`)
    }
    let current = offset
    report('transferring', current)
    const data = embedded(descriptor)
    const chunks =
      data === undefined
        ? source.fetchBlob(descriptor, { signal, offset, verify: offset === 0 && sink.verifies !== true })
        : [data.subarray(offset)]
    for await (const chunk of chunks) {
      signal.throwIfAborted()
      const { length } = chunk
      await writer.write(chunk)
      current += length
      report('transferring', current)
    }
    signal.throwIfAborted()
    await writer.commit()
    report('done', total)
  } finally {
    await writer[Symbol.asyncDispose]()
  }
}
