import {
  MemoryStore,
  copyImage,
  formatReference,
  mediaTypes,
  parsePlatform,
  parseReference,
  type BlobSink,
  type BlobWriter,
  type CopyProgress,
  type Descriptor,
  type Platform,
} from '../index.js'

const reference = parseReference('example.com/app:v1')
const code = (name: string) => expect.objectContaining({ code: name })

function addImage(store: MemoryStore, platform: Platform, layers: string[]): Descriptor {
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: store.add({ ...platform, rootfs: { type: 'layers', diff_ids: [] } }, mediaTypes.config),
    layers: layers.map((layer) => store.add(layer, mediaTypes.layer)),
  }
  return store.add(manifest, mediaTypes.manifest, { platform })
}

function twoPlatforms(): { store: MemoryStore; amd: Descriptor; arm: Descriptor; index: Descriptor } {
  const store = new MemoryStore()
  const amd = addImage(store, parsePlatform('amd64'), ['base', 'amd'])
  const arm = addImage(store, parsePlatform('arm64'), ['base', 'arm', 'base'])
  const index = store.add(
    { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [amd, arm] },
    mediaTypes.index,
  )
  store.names.set(formatReference(reference), index)
  return { store, amd, arm, index }
}

/** A store as a registry is one: it takes no index with absent manifests. */
class WholeStore extends MemoryStore {
  override readonly sparseIndex = false as never
}

describe('copyImage', () => {
  it('takes the manifest of one platform, and names it', async () => {
    const { store, arm, index } = twoPlatforms()
    const sink = new WholeStore()
    const as = parseReference('other.example.com/app:v2')
    const result = await copyImage(store, sink, reference, { platform: parsePlatform('arm64'), as })
    expect(result).toMatchObject({ resolved: index, named: arm })
    expect([...sink.names]).toEqual([[formatReference(as), arm]])
    expect(sink.blobs.size).toBe(4)
    expect(result.manifests[0]?.manifest.layers).toHaveLength(3)
  })
  it('keeps the index where the sink can', async () => {
    const { store, index } = twoPlatforms()
    const sink = new MemoryStore()
    const { named } = await copyImage(store, sink, reference, { platform: parsePlatform('amd64') })
    expect(named).toEqual(index)
    expect(sink.blobs.size).toBe(5)
  })
  it('copies everything, then finds it there', async () => {
    const { store, index } = twoPlatforms()
    const sink = new WholeStore()
    const first = await copyImage(store, sink, reference, { platform: 'all' })
    expect(first.named).toEqual(index)
    expect(sink.blobs).toEqual(store.blobs)
    const events: CopyProgress[] = []
    await copyImage(store, sink, reference, { platform: 'all', progress: (event) => events.push(event) })
    expect(new Set(events.map((event) => event.status))).toEqual(new Set(['exists', 'done']))
  })
  it('reports every byte in order', async () => {
    const store = new MemoryStore()
    const image = addImage(store, parsePlatform('amd64'), ['x'.repeat(150_000)])
    store.names.set(formatReference(reference), image)
    const events: CopyProgress[] = []
    await copyImage(store, new MemoryStore(), reference, { progress: (event) => events.push(event) })
    const layer = events.filter((event) => event.total === 150_000)
    expect(layer.map((event) => event.current)).toEqual([0, 65536, 131072, 150_000, 150_000])
    expect(layer.at(-1)?.status).toBe('done')
    expect(events.at(-1)).toMatchObject({ digest: image.digest, status: 'done' })
  })
  it('says what is offered if the platform is not', async () => {
    const { store } = twoPlatforms()
    await expect(
      copyImage(store, new MemoryStore(), reference, { platform: parsePlatform('s390x') }),
    ).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_NO_PLATFORM',
        hint: 'it is offered for linux/amd64, linux/arm64',
      }),
    )
  })
  it('never names an image with a damaged layer', async () => {
    const { store, amd } = twoPlatforms()
    const layer = [...store.blobs].find(([, bytes]) => Buffer.from(bytes).toString() === 'amd')
    store.blobs.set(layer![0], Buffer.from('amX'))
    const sink = new MemoryStore()
    await expect(copyImage(store, sink, { ...reference }, { platform: amd.platform! })).rejects.toThrow(
      code('ERR_DIGEST_MISMATCH'),
    )
    expect(sink.names.size).toBe(0)
  })
  it('ends all writers before it throws, and begins no others', async () => {
    const { store } = twoPlatforms()
    const log: string[] = []
    const sink: BlobSink = {
      has: async () => false,
      openBlob: async (_descriptor, options): Promise<BlobWriter> => {
        const name = `${options?.role?.kind}${options?.role?.index}`
        log.push(`open ${name}`)
        return {
          offset: 0,
          write: async () => {
            if (name === 'layer0') throw new Error('disk full')
            await new Promise((resolve) => options?.signal?.addEventListener('abort', resolve))
          },
          commit: async () => void log.push(`commit ${name}`),
          [Symbol.asyncDispose]: async () => void log.push(`close ${name}`),
        }
      },
      putManifest: async () => void log.push('manifest'),
    }
    const options = { platform: parsePlatform('amd64'), concurrency: 2 }
    await expect(copyImage(store, sink, reference, options)).rejects.toThrow('disk full')
    expect(log.sort()).toEqual(['close config0', 'close layer0', 'open config0', 'open layer0'])
  })
  it('continues where the sink has bytes, and mounts what it can', async () => {
    const { store, amd } = twoPlatforms()
    const written: string[] = []
    const inner = new MemoryStore()
    const sink: BlobSink = {
      verifies: true,
      has: async () => false,
      mountBlob: async (descriptor) => descriptor.mediaType === mediaTypes.config,
      openBlob: async () => ({
        offset: 2,
        write: async (chunk) => void written.push(Buffer.from(chunk).toString()),
        commit: async () => {},
        [Symbol.asyncDispose]: async () => {},
      }),
      putManifest: (...args) => inner.putManifest(...args),
    }
    Object.assign(store, { repository: { registry: 'example.com', repository: 'base' } })
    await copyImage(store, sink, reference, { platform: amd.platform!, concurrency: 1 })
    expect(written).toEqual(['se', 'd'])
    expect(inner.names.size).toBe(1)
  })
  it('uses embedded data only if it is what the digest says', async () => {
    const store = new MemoryStore()
    const config = { ...store.add({}, mediaTypes.config), data: Buffer.from('{}').toString('base64') }
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [] }
    store.names.set(formatReference(reference), store.add(manifest, mediaTypes.manifest))
    store.blobs.delete(config.digest)
    const sink = new MemoryStore()
    await copyImage(store, sink, reference)
    expect(sink.blobs.has(config.digest)).toBe(true)

    const evil = { ...manifest, config: { ...config, data: Buffer.from('[]').toString('base64') } }
    store.names.set(formatReference(reference), store.add(evil, mediaTypes.manifest))
    await expect(copyImage(store, new MemoryStore(), reference)).rejects.toThrow(code('ERR_DIGEST_MISMATCH'))
  })
  it('stops at the signal', async () => {
    const { store } = twoPlatforms()
    const controller = new AbortController()
    const sink = new MemoryStore()
    const done = copyImage(store, sink, reference, {
      signal: controller.signal,
      progress: () => controller.abort(new Error('enough')),
    })
    await expect(done).rejects.toThrow('enough')
    expect(sink.names.size).toBe(0)
  })
})
