import { readdirSync, writeFileSync } from 'node:fs'
import { tempDir } from '@cofferdam/testing'
import { PullLeases } from '../index.js'

describe('leases', () => {
  it('of several stores of a process end by themselves alone', async () => {
    await using dir = await tempDir('leases')
    const one = new PullLeases(dir.path).begin()
    const leases = new PullLeases(dir.path)
    const two = leases.begin()
    expect(readdirSync(dir.path)).toHaveLength(2)
    one[Symbol.dispose]()
    expect(leases.oldest(Date.now() + 10_000)).toBeGreaterThan(0)
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
})
