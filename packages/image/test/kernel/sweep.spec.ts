import { readdirSync } from 'node:fs'
import { requires, tempDir } from '@cofferdam/testing'
import { LayerStore } from '../../src/index.js'

const { describe } = requires({ root: true })

describe('a sweep of layers under way', () => {
  it('leaves those whose makers live, and takes those of the dead', async () => {
    await using dir = await tempDir('sweep')
    const store = await LayerStore.open(dir.path)
    const staged = await store.stage()
    expect(await store.sweep({ patience: 20 })).toEqual([])
    await staged.fs.close()
    await staged.lock.close()
    expect(await store.sweep({ dryRun: true })).toEqual([staged.path])
    expect(await store.sweep()).toEqual([staged.path])
    expect(readdirSync(dir.join('tmp'))).toEqual([])
  })

  it('waits for the lock of a maker that is about to be gone', async () => {
    await using dir = await tempDir('sweep')
    const store = await LayerStore.open(dir.path)
    const staged = await store.stage()
    const swept = store.sweep({ patience: 60_000 })
    await staged.fs.close()
    await new Promise((resolve) => setTimeout(resolve, 30))
    await staged.lock.close()
    expect(await swept).toEqual([staged.path])
  })
})
