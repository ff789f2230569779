import { createHash } from 'node:crypto'
import { constants, fstatSync, readFileSync, readdirSync, statSync, writeFileSync, mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { closeFd, openat2 } from '@cofferdam/sys'
import { requires, runCommand, tempDir } from '@cofferdam/testing'
import {
  ImageStore,
  MemoryStore,
  computeDigest,
  copyImage,
  formatReference,
  hostPlatform,
  mediaTypes,
  parseReference,
  type Descriptor,
} from '../../src/index.js'
import { removeAt } from '../../src/layout/temporary.js'
import { archive } from '../support/archive.js'
import { withOverlay } from '../support/overlay.js'
import { describeTree } from '../support/tree.js'

const { describe } = requires({ root: true, commands: ['tar'] })
const reference = parseReference('example.com/app:v1')
const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** An image of layers as GNU tar writes them, in memory. */
function imageOf(
  layers: Buffer[],
  wrong: Partial<{ diffId: string }> = {},
): { source: MemoryStore; layers: Descriptor[]; manifest: Descriptor } {
  const source = new MemoryStore()
  const ids = layers.map((layer) => wrong.diffId ?? sha256(layer[0] === 0x1f ? gunzipSync(layer) : layer))
  const config = source.add(
    { ...hostPlatform(), rootfs: { type: 'layers', diff_ids: ids }, config: { Env: ['A=b'] } },
    mediaTypes.config,
  )
  const descriptors = layers.map((layer) =>
    source.add(layer, layer[0] === 0x1f ? mediaTypes.layerGzip : mediaTypes.layer),
  )
  const manifest = source.add(
    { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: descriptors },
    mediaTypes.manifest,
  )
  source.names.set(formatReference(reference), manifest)
  return { source, layers: descriptors, manifest }
}

async function tarOf(dir: string, ...options: string[]): Promise<Buffer> {
  const out = `${dir}.tar`
  ;(await runCommand(['tar', '-C', dir, ...options, '-cf', out, '.'])).ok()
  return readFileSync(out)
}

describe('ImageStore', () => {
  it('unpacks the layers of a pull, and finds them again', async () => {
    await using dir = await tempDir('store')
    mkdirSync(dir.join('a', 'sub'), { recursive: true })
    writeFileSync(dir.join('a', 'sub', 'file'), 'hello', { mode: 0o640 })
    const { source } = imageOf([await tarOf(dir.join('a')), await tarOf(dir.join('a'), '-z', '--mtime=@5')])
    {
      await using store = await ImageStore.open(dir.join('store'))
      await copyImage(source, store, reference)
      const image = await store.get(reference)
      expect(image.layers).toHaveLength(2)
      expect(image.defaults.env).toEqual(['A=b'])
      expect(readFileSync(`${image.layers[0]}/sub/file`, 'utf8')).toBe('hello')
      expect(statSync(`${image.layers[0]}/sub/file`).mode & 0o7777).toBe(0o640)
      expect(statSync(`${image.layers[1]}/sub`).mtimeMs).toBe(5000)
    }
    await using again = await ImageStore.open(dir.join('store'))
    expect((await again.list()).map(({ name }) => name)).toEqual(['example.com/app:v1'])
    expect((await again.prune({ minAge: 0 })).blobs).toEqual([])
    await again.untag(reference)
    const pruned = await again.prune({ minAge: 0 })
    expect([pruned.blobs.length, pruned.layers.length]).toEqual([4, 2])
    expect(readdirSync(dir.join('store', 'layers')).sort()).toEqual(['by-blob', 'chains', 'tmp'])
    for (const name of ['by-blob', 'chains', 'tmp']) {
      expect(readdirSync(dir.join('store', 'layers', name))).toEqual([])
    }
  })
  it.each([
    ['truncated', (layer: Buffer) => layer.subarray(0, layer.length - 20), 'ERR_LAYER_TRUNCATED'],
    ['no archive', () => Buffer.alloc(2000, 'x'), 'ERR_LAYER_INVALID'],
  ])('keeps nothing of a layer that is %s', async (_name, damage, code) => {
    await using dir = await tempDir('store')
    mkdirSync(dir.join('a'))
    writeFileSync(dir.join('a', 'file'), 'hello')
    const layer = damage(await tarOf(dir.join('a'), '-z'))
    const { source } = imageOf([Buffer.from(layer)], { diffId: sha256(Buffer.alloc(0)) })
    await using store = await ImageStore.open(dir.join('store'))
    await expect(copyImage(source, store, reference)).rejects.toMatchObject({ code })
    expect(readdirSync(dir.join('store', 'layers', 'tmp'))).toEqual([])
    expect(await store.list()).toEqual([])
  })
  it('gives directories that an upper layer only implies the attributes they have below', async () => {
    await using dir = await tempDir('store')
    const base = archive(
      { path: '.', type: 'directory', mode: 0o711, mtime: 5 },
      { path: 'var', type: 'directory', mode: 0o1770, uid: 3, gid: 4, mtime: 6, xattrs: { 'user.a': 'b' } },
      { path: 'opt', type: 'directory', mode: 0o700, mtime: 7 },
    )
    const upper = archive({ path: 'var/file' }, { path: '.wh.opt' }, { path: 'opt/file' })
    await using store = await ImageStore.open(dir.join('store'))
    await copyImage(imageOf([base, upper]).source, store, reference)
    const { layers } = await store.get(reference)
    expect((await store.get(reference)).layers).toEqual(layers)
    const lines = await withOverlay(layers, (path) => describeTree(path))
    expect(lines.get('')).toMatch(/^mode=40711 owner=0:0 mtime=5/)
    expect(lines.get('var')).toMatch(/^mode=41770 owner=3:4 mtime=6 user.a=62/)
    expect(lines.get('opt')).toMatch(/^mode=40755/)
    await store.untag(reference)
    await store.prune({ minAge: 0 })
    expect(readdirSync(dir.join('store', 'layers', 'chains'))).toEqual([])
  })
  it('does so for paths as long as they may be', async () => {
    await using dir = await tempDir('store')
    const path = Array(2040).fill('a').join('/')
    const base = archive({ path, type: 'directory', mode: 0o711 })
    await using store = await ImageStore.open(dir.join('store'))
    await copyImage(imageOf([base, archive({ path: `${path}/file` })]).source, store, reference)
    const { layers } = await store.get(reference)
    await using top = await open(layers[2]!)
    const fd = openat2(top.fd, path, constants.O_RDONLY)
    expect(fstatSync(fd).mode & 0o7777).toBe(0o711)
    closeFd(fd)
    await removeAt(dir.path, 'store') // too deep for rm
  })
  it('unpacks a layer with a digest of SHA-512 that is there already, if it is the right one', async () => {
    await using dir = await tempDir('store')
    await using store = await ImageStore.open(dir.path)
    const bytes = archive({ path: 'file', content: 'right' })
    const source = new MemoryStore()
    const digest = computeDigest(bytes, 'sha512')
    source.blobs.set(digest, bytes)
    const layer = { mediaType: mediaTypes.layer, digest, size: bytes.length }
    const rootfs = { type: 'layers', diff_ids: [sha256(bytes)] }
    const config = source.add({ ...hostPlatform(), rootfs }, mediaTypes.config)
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] }
    source.names.set(formatReference(reference), source.add(manifest, mediaTypes.manifest))
    await copyImage(source, store.layout, reference)
    writeFileSync(store.layout.blobPath(digest), archive({ path: 'file', content: 'wrong' }))
    await expect(store.get(reference)).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' })
    writeFileSync(store.layout.blobPath(digest), bytes)
    const { layers } = await store.get(reference)
    expect(readFileSync(`${layers[0]}/file`, 'utf8')).toBe('right')
  })
  it('refuses a layer that is not the one of the configuration', async () => {
    await using dir = await tempDir('store')
    mkdirSync(dir.join('a'))
    const { source } = imageOf([await tarOf(dir.join('a'))], { diffId: sha256(Buffer.alloc(0)) })
    await using store = await ImageStore.open(dir.join('store'))
    await expect(copyImage(source, store, reference)).rejects.toMatchObject({ code: 'ERR_DIFF_ID_MISMATCH' })
    expect(await store.list()).toEqual([])
  })
})
