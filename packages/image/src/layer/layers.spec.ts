import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { tempDir } from '@cofferdam/testing'
import { computeDigest, type Digest } from '../reference/digest.js'
import { LayerStore } from './layers.js'

const digest = (text: string): Digest => computeDigest(Buffer.from(text))

async function accept(store: LayerStore, name: string, implied: Buffer[] = []): Promise<void> {
  const staged = await store.stage()
  writeFileSync(`${staged.path}/fs/${name}`, name)
  await store.accept(staged, digest(`blob ${name}`), digest(`archive ${name}`), implied)
}

describe('layers of several pulls', () => {
  it('get their names although all ask at once', async () => {
    await using dir = await tempDir('layers')
    const store = await LayerStore.open(dir.path)
    await Promise.all([accept(store, 'one'), accept(store, 'two')])
    await Promise.all([store.flush(), store.flush(), store.flush()])
    for (const name of ['one', 'two']) {
      expect(await store.diffIdOf(digest(`blob ${name}`))).toBe(digest(`archive ${name}`))
      expect(readdirSync(store.path(digest(`archive ${name}`)))).toEqual([name])
    }
    expect(readdirSync(dir.join('tmp'))).toEqual([])
  })
  it('that are the same one are kept once', async () => {
    await using dir = await tempDir('layers')
    const store = await LayerStore.open(dir.path)
    await Promise.all([accept(store, 'one'), accept(store, 'one'), accept(store, 'one')])
    await store.flush()
    expect(readdirSync(dir.join('tmp'))).toEqual([])
  })
  it('that describe too little together are refused, and nothing is left of the attempt', async () => {
    await using dir = await tempDir('layers')
    const store = await LayerStore.open(dir.path)
    const implied = new Array<Buffer>(700_000).fill(Buffer.from('a'))
    await Promise.all([accept(store, 'one', implied), accept(store, 'two', implied)])
    await store.flush()
    await expect(store.chain([digest('archive one'), digest('archive two')])).rejects.toMatchObject({
      code: 'ERR_LAYER_TOO_LARGE',
    })
    expect(readdirSync(dir.join('tmp'))).toEqual([])
  })
  it('are named or dropped when the store is closed meanwhile', async () => {
    await using dir = await tempDir('layers')
    const store = await LayerStore.open(dir.path)
    await accept(store, 'one')
    await Promise.all([store.flush(), store.close()])
    await accept(store, 'two')
    await Promise.all([store.close(), store.flush()])
    expect(await store.has(digest('archive one'))).toBe(true)
    expect(await store.has(digest('archive two'))).toBe(false)
    expect(readdirSync(dir.join('tmp'))).toEqual([])
  })
})

describe('a prune of layers', () => {
  it('takes them, and what is about them, out of sight while it is told of those in use', async () => {
    await using dir = await tempDir('layers')
    const store = await LayerStore.open(dir.path)
    const names = ['one', 'two', 'used', 'needed']
    for (const name of names) await accept(store, name, [Buffer.from('a')])
    await store.flush()
    const ids = names.map((name) => digest(`archive ${name}`))
    for (const chain of [ids, ids.slice(2)]) await store.chain(chain)
    const there = () => [
      ...ids.map((id) => existsSync(store.path(id))),
      readdirSync(dir.join('chains')).length,
    ]
    const seen: unknown[] = []
    const removed = await store.prune(new Set([ids[3]!]), new Date(Date.now() + 1000), async (take) => {
      seen.push(there())
      take([ids[1]!, ids[2]!])
      seen.push(there())
      take([ids[2]!])
      seen.push(there())
    })
    expect(seen).toEqual([
      [true, true, true, true, 2],
      [false, true, true, true, 1],
      [false, false, true, true, 1],
    ])
    expect(removed).toEqual([ids[0], ids[1]])
    expect(readdirSync(dir.join('tmp'))).toEqual([])
    expect(readdirSync(dir.join('by-blob'))).toHaveLength(2)
  })
  it('leaves one that was asked for before it is told of those in use', async () => {
    await using dir = await tempDir('layers')
    const store = await LayerStore.open(dir.path)
    await accept(store, 'one')
    await store.flush()
    const before = new Date(Date.now() + 1000)
    const asked = async (take: (used: string[]) => void) => {
      utimesSync(dir.join(digest('archive one').slice(7)), before, before)
      take([])
    }
    expect(await store.prune(new Set(), before, asked)).toEqual([])
    expect(await store.has(digest('archive one'))).toBe(true)
  })
})
