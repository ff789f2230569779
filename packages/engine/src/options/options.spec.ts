import { limitResources } from './limits.js'
import { checkHostname, checkName, newId, randomName } from './names.js'

const refuses = (code: string, act: () => unknown) => expect(act).toThrow(expect.objectContaining({ code }))

describe('limits', () => {
  it('gives OCI resources', () => {
    expect(limitResources({ memory: '64MiB', cpus: 0.5, pids: 32, cpuset: '0-1' })).toEqual({
      memory: { limit: 67108864, swap: 67108864 },
      cpu: { period: 100000, quota: 50000, cpus: '0-1' },
      pids: { limit: 32 },
    })
  })
  it.each([
    { memory: '1k' },
    { pids: 0 },
    { cpus: 0 },
    { cpus: Number.NaN },
    { cpuShares: 1 },
    { cpuset: 'x' },
  ])('refuses %p', (limits) => refuses('ERR_INVALID_LIMIT', () => limitResources(limits)))
})

it('makes and checks names', () => {
  expect(newId()).toMatch(/^[0-9a-f]{64}$/)
  for (const attempt of [0, 1, 5]) expect(checkName(randomName(attempt))).toMatch(/^[a-z]+_[a-z]+\d*$/)
  for (const name of ['', 'a', '-a', 'a/b', 'a b']) refuses('ERR_INVALID_NAME', () => checkName(name))
  for (const name of ['', '-a', 'a..b', 'x'.repeat(65)])
    refuses('ERR_INVALID_HOSTNAME', () => checkHostname(name))
})
