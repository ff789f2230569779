import { readdirSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { tempDir } from '@cofferdam/testing'
import {
  ImageStore,
  MemoryStore,
  buildImage,
  computeDigest,
  copyImage,
  formatReference,
  mediaTypes,
  parsePlatform,
  parseReference,
  type BlobSink,
  type Descriptor,
  type LayerStarter,
} from '../index.js'

const reference = parseReference('example.com/app:v1')

/** Stands for an unpacker that has the whole blob and does not come to an end. */
class Endless implements LayerStarter {
  readonly directoryIsFd = false
  started = 0
  killed = 0
  readonly atEnd: Promise<void>
  #isAtEnd = (): void => {}

  constructor() {
    this.atEnd = new Promise((resolve) => (this.#isAtEnd = resolve))
  }

  async start(): ReturnType<LayerStarter['start']> {
    this.started += 1
    const input = new PassThrough()
    const output = new PassThrough()
    const ended = new Promise<string>((resolve) => output.once('end', () => resolve('SIGKILL')))
    const kill = (): void => {
      this.killed += 1
      output.end()
    }
    const type = (message: Buffer) => new Uint32Array(new Uint8Array(message).buffer, 0, 1)[0]
    input.on('data', (message: Buffer) => type(message) === 3 && this.#isAtEnd())
    return { input, output, ended, kill }
  }
}

function imageOf(
  layer: Descriptor,
  source: MemoryStore,
  diffId = computeDigest(Buffer.alloc(0)),
): Descriptor {
  const rootfs = { type: 'layers', diff_ids: [diffId] }
  const config = source.add({ ...parsePlatform('amd64'), rootfs }, mediaTypes.config)
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] }
  return source.add(manifest, mediaTypes.manifest)
}

/** Pulls as `pull` says until only the unpacker is waited for, then aborts. */
async function abort(
  pull: (store: ImageStore, source: MemoryStore, signal: AbortSignal) => Promise<unknown>,
) {
  await using dir = await tempDir('store')
  const starter = new Endless()
  await using store = await ImageStore.open(dir.path, { starter })
  const source = new MemoryStore()
  const layer = source.add(Buffer.alloc(3 << 20), mediaTypes.layer)
  source.names.set(formatReference(reference), imageOf(layer, source))
  const controller = new AbortController()
  const pulled = pull(store, source, controller.signal)
  void starter.atEnd.then(() => setImmediate(() => controller.abort(new Error('enough'))))
  await expect(pulled).rejects.toThrow('enough')
  expect(starter.killed).toBeGreaterThan(0)
  expect(readdirSync(dir.join('layers', 'tmp'))).toEqual([])
}

describe('a store whose signal comes while it unpacks', () => {
  it('kills the unpacker of a pull', async () => {
    await abort((store, source, signal) => copyImage(source, store, reference, { signal }))
  })
  it('kills the unpacker of a layer that is there', async () => {
    const copy = (sink: BlobSink, source: MemoryStore) => copyImage(source, sink, reference)
    await abort(async (store, source, signal) => {
      await copy(store.layout, source)
      await store.get(reference, { signal })
    })
    await abort(async (store, source, signal) => {
      await copy(store.layout, source)
      await copyImage(source, store, reference, { signal })
    })
  })
})

describe('a store', () => {
  it("takes an index with BuildKit's attestation, of which no container can be made", async () => {
    await using dir = await tempDir('store')
    await using store = await ImageStore.open(dir.path)
    const source = new MemoryStore()
    const platform = parsePlatform('amd64')
    const image = await buildImage(source, { layers: [], config: { Cmd: ['x'] } })
    const statement = source.add({ _type: 'x' }, 'application/vnd.in-toto+json')
    const attestation = imageOf(statement, source, statement.digest)
    const manifests = [
      { ...image, platform },
      { ...attestation, platform: { os: 'unknown', architecture: 'unknown' } },
    ]
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests }
    source.names.set(formatReference(reference), source.add(index, mediaTypes.index))
    await copyImage(source, store, reference, { platform: 'all' })
    expect(await store.has(statement)).toBe(true)
    expect((await store.get(reference, { platform })).defaults.cmd).toEqual(['x'])
    await expect(store.get(attestation)).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED_LAYER' })
  })
  it('unpacks nothing of what has other layers beside archives', async () => {
    await using dir = await tempDir('store')
    const starter = new Endless()
    await using store = await ImageStore.open(dir.path, { starter })
    const source = new MemoryStore()
    const config = source.add({ rootfs: { type: 'layers', diff_ids: [] } }, mediaTypes.config)
    const layers = [source.add(Buffer.alloc(1024), mediaTypes.layer), source.add('x', 'x/y')]
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers }
    source.names.set(formatReference(reference), source.add(manifest, mediaTypes.manifest))
    await copyImage(source, store, reference)
    expect(await store.has(layers[0]!)).toBe(true)
    expect(starter.started).toBe(0)
  })
  it('refuses diff ids that are no SHA-256', async () => {
    await using dir = await tempDir('store')
    await using store = await ImageStore.open(dir.path)
    const source = new MemoryStore()
    const content = Buffer.alloc(1024)
    const layer = source.add(content, mediaTypes.layer)
    const image = imageOf(layer, source, computeDigest(content, 'sha512'))
    source.names.set(formatReference(reference), image)
    await copyImage(source, store.layout, reference)
    await expect(store.get(reference)).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED_LAYER' })
  })
})
