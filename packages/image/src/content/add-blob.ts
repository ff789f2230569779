import type { Abortable, BlobSink } from './blobs.js'
import type { Descriptor } from './descriptor.js'

/** Puts a blob into a sink that lacks it; `read` gives its bytes from the offset that the sink has already. */
export async function addBlob(
  sink: Pick<BlobSink, 'has' | 'openBlob'>,
  descriptor: Descriptor,
  read: (offset: number) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: Abortable = {},
): Promise<void> {
  if (await sink.has(descriptor, options)) return
  await using writer = await sink.openBlob(descriptor, options)
  if (writer.offset < descriptor.size) {
    for await (const chunk of read(writer.offset)) await writer.write(chunk)
  }
  await writer.commit()
}
