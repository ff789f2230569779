import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tempDir } from '@cofferdam/testing'
import {
  ImageStore,
  MemoryStore,
  buildImage,
  copyImage,
  formatReference,
  mediaTypes,
  parsePlatform,
  parseReference,
  type Descriptor,
} from '../index.js'

const good = parseReference('good:1')
const evil = parseReference('evil:1')

/** Puts a document into the store under the name of the hostile image. */
async function name(store: ImageStore, source: MemoryStore, document: object): Promise<Descriptor> {
  const mediaType = 'manifests' in document ? mediaTypes.index : mediaTypes.manifest
  const descriptor = source.add({ schemaVersion: 2, mediaType, ...document }, mediaType)
  source.names.set(formatReference(evil), descriptor)
  await copyImage(source, store, evil, { platform: 'all' })
  return descriptor
}

describe('a prune', () => {
  it('keeps an image whose manifest another names as something else', async () => {
    await using dir = await tempDir('prune')
    await using store = await ImageStore.open(dir.path)
    const image = await buildImage(store, { layers: [], config: { Cmd: ['x'] }, reference: good })
    await store.untag(good)
    const source = new MemoryStore()
    source.blobs.set(image.digest, await store.layout.fetchManifest(image))
    const config = source.add({}, mediaTypes.empty)
    const layers = [{ mediaType: 'x/y', digest: image.digest, size: image.size }]
    await name(store, source, { artifactType: 'x/y', config, layers })
    // The hostile name is the first that is looked at.
    await store.layout.tag(good, image)
    expect((await store.prune({ minAge: -1000 })).blobs).toEqual([])
    expect((await store.get(good)).defaults.cmd).toEqual(['x'])
  })
  it('goes on past what an image names wrongly, and keeps it', async () => {
    await using dir = await tempDir('prune')
    await using store = await ImageStore.open(dir.path)
    const source = new MemoryStore()
    const image = await buildImage(source, { layers: [], config: { Cmd: ['x'] }, reference: good })
    await copyImage(source, store, good)
    const garbage = await store.layout.add(Buffer.from('garbage'), source.add('garbage', mediaTypes.manifest))
    const platform = parsePlatform('s390x')
    const manifests = [{ ...garbage, platform }, { ...image, mediaType: mediaTypes.index }, image]
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests }
    const descriptor = source.add(index, mediaTypes.index)
    await store.layout.add(source.blobs.get(descriptor.digest)!, descriptor)
    await store.layout.tag(evil, descriptor)
    await store.untag(good)
    expect(await store.prune({ minAge: -1000 })).toEqual({ blobs: [], layers: [], bytes: 0 })
    expect((await store.get(image)).defaults.cmd).toEqual(['x'])
    await store.untag(evil)
    expect((await store.prune({ minAge: -1000 })).blobs).toHaveLength(4)
  })
  it('removes beginnings of blobs that nobody goes on with', async () => {
    await using dir = await tempDir('prune')
    await using store = await ImageStore.open(dir.path)
    const begin = async (fill: string) => {
      const content = Buffer.alloc(2 << 20, fill)
      const writer = await store.layout.openBlob(new MemoryStore().add(content, 'x/y'))
      await writer.write(content.subarray(0, 1 << 20))
      return writer
    }
    await using _living = await begin('a')
    await (await begin('b'))[Symbol.asyncDispose]()
    await store.prune()
    expect(readdirSync(dir.join('.ingest'))).toHaveLength(2)
    await store.prune({ minAge: -1000 })
    expect(readdirSync(dir.join('.ingest'))).toHaveLength(1)
  })
  it('removes nothing when a document cannot be read for another reason', async () => {
    await using dir = await tempDir('prune')
    await using store = await ImageStore.open(dir.path)
    const image = await buildImage(store, { layers: [], reference: good })
    const other = await store.layout.add(Buffer.from('x'), new MemoryStore().add('x', 'x/y'))
    const path = store.layout.blobPath(image.digest)
    rmSync(path)
    symlinkSync(path, path)
    await expect(store.prune({ minAge: -1000 })).rejects.toMatchObject({ code: 'ELOOP' })
    expect(existsSync(store.layout.blobPath(other.digest))).toBe(true)
  })
})
