import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writesV2 } from './controllers/index.js'
import { writeStep } from './write.js'

describe('a write to one of several files', () => {
  let directory: string
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'cofferdam-write-'))))
  afterEach(() => rmSync(directory, { recursive: true }))

  const weight = () => {
    const blockIO = { weight: 500, weightDevice: [{ major: 8, minor: 0, weight: 10 }] }
    const steps = writesV2({ blockIO }).map((write) => writeStep({ ...write, directory }))
    return steps.map(({ path, data }) => `${path.slice(directory.length + 1)} = ${data}`)
  }

  it('takes the first that exists, with its value', () => {
    writeFileSync(join(directory, 'io.weight'), '')
    expect(weight()).toEqual(['io.weight = default 4950', 'io.weight = 8:0 1'])
    writeFileSync(join(directory, 'io.bfq.weight'), '')
    expect(weight()).toEqual(['io.bfq.weight = default 500', 'io.bfq.weight = 8:0 10'])
  })

  it('takes the first where there is none', () => {
    expect(weight()).toEqual(['io.bfq.weight = default 500', 'io.bfq.weight = 8:0 10'])
  })

  it('takes one value for all', () => {
    writeFileSync(join(directory, 'b'), '')
    const step = writeStep({ directory, controller: 'x', file: ['a', 'b'], value: '1', optional: true })
    expect(step).toEqual({ kind: 'write', path: join(directory, 'b'), data: '1', optional: true })
  })
})
