import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tempDir } from '@cofferdam/testing'
import { ImageStore, MemoryStore, PullLeases } from '../index.js'

describe('leases', () => {
  it('of several stores of a process end by themselves alone', async () => {
    await using dir = await tempDir('leases')
    const one = new PullLeases(dir.path).begin()
    const leases = new PullLeases(dir.path)
    const two = leases.begin()
    expect(readdirSync(dir.path)).toHaveLength(2)
    one[Symbol.dispose]()
    expect(leases.oldest()).toBeDefined()
    expect(leases.sweep()).toEqual([])
    two[Symbol.dispose]()
    expect(readdirSync(dir.path)).toEqual([])
  })
  it('of the dead are told by process and start', async () => {
    await using dir = await tempDir('leases')
    const leases = new PullLeases(dir.path)
    using _held = leases.begin()
    const [name = ''] = readdirSync(dir.path)
    writeFileSync(dir.join(name.replace(/^(\d+)-\d+/, '$1-1')), '')
    expect(leases.sweep()).toEqual([dir.join(name.replace(/^(\d+)-\d+/, '$1-1'))])
    expect(readdirSync(dir.path)).toEqual([name])
  })
  it('count that begin while a prune looks', async () => {
    await using dir = await tempDir('leases')
    const leases = new PullLeases(dir.path)
    const cutoff = leases.cutoff()
    using _held = leases.begin()
    const began = leases.oldest()
    expect((await cutoff).getTime()).toBeLessThanOrEqual(began!)
    const old = new Date(5000)
    for (const name of readdirSync(dir.path)) utimesSync(dir.join(name), old, old)
    expect(await leases.cutoff()).toEqual(old)
  })
  it('keep what was written in the millisecond in which they began, and later', async () => {
    await using dir = await tempDir('leases')
    await using store = await ImageStore.open(dir.join('store'))
    const { digest } = await store.layout.add(Buffer.from('x'), new MemoryStore().add('x', 'x/y'))
    const leases = new PullLeases(dir.join('pulls'))
    using _held = leases.begin()
    const { mtime } = statSync(store.layout.blobPath(digest))
    for (const name of readdirSync(dir.join('pulls'))) utimesSync(dir.join('pulls', name), mtime, mtime)
    expect(await store.prune({ before: await leases.cutoff() })).toMatchObject({ blobs: [] })
  })
})
