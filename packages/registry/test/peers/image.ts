import { gzipSync } from 'node:zlib'
import { randomBytes } from 'node:crypto'
import { MemoryStore, formatReference, mediaTypes, type Descriptor, type Reference } from '@cofferdam/image'

/** A tar with one file, enough for peers that look into layers. */
export function tar(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        0ustar\0' + '00', 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512)
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)])
}

/** Adds an image with layers of the given sizes (random content, so that they stay that large). */
export function addImage(store: MemoryStore, reference: Reference, sizes: number[], tag = ''): Descriptor {
  const tars = sizes.map((size, index) => tar(`file${index}${tag}`, randomBytes(size)))
  const plain = new MemoryStore()
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/bin/true'] },
    rootfs: { type: 'layers', diff_ids: tars.map((bytes) => plain.add(bytes, mediaTypes.layer).digest) },
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: store.add(config, mediaTypes.config),
    layers: tars.map((bytes) => store.add(gzipSync(bytes, { level: 1 }), mediaTypes.layerGzip)),
  }
  const descriptor = store.add(manifest, mediaTypes.manifest)
  store.names.set(formatReference(reference), descriptor)
  return descriptor
}
