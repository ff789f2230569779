import { sharesToWeight, toResources, weightToShares } from './index.js'
import { ancestors, cgroupPath } from './name.js'

it('translates names of v2 files, so that they work on v1 too', () => {
  expect(
    toResources({
      'memory.max': '64MiB',
      'memory.swap.max': 0,
      'pids.max': 32,
      'cpu.max': 0.5,
      'cpuset.cpus': '0',
      'cpu.weight': 100,
    }),
  ).toEqual({
    memory: { limit: 67108864, swap: 67108864 },
    cpu: { quota: 50000, period: 100000, cpus: '0', shares: 1024 },
    pids: { limit: 32 },
  })
  expect(toResources({ 'memory.max': 'max', 'pids.max': 'max', 'cpu.max': 'max 50000' })).toEqual({
    memory: { limit: -1 },
    cpu: { quota: -1, period: 50000 },
    pids: { limit: -1 },
  })
  expect(toResources({ 'memory.high': 5 })).toMatchObject({ unified: { 'memory.high': '5' } })
})

it('takes OCI resources as they are', () => {
  const resources = { memory: { limit: 1 << 20 } }
  expect(toResources(resources)).toBe(resources)
})

it.each([{ 'cpu.max': 'half' }, { 'cpu.max': -1 }, { 'cpu.weight': 0 }, { 'memory.swap.max': 5 }])(
  'refuses %j',
  (limits) => {
    expect(() => toResources(limits)).toThrow(expect.objectContaining({ code: 'ERR_CGROUP_LIMIT_INVALID' }))
  },
)

it('inverts the conversion of weights closely', () => {
  for (let weight = 1; weight <= 10000; weight += 7)
    expect(Math.abs(sharesToWeight(weightToShares(weight)) - weight)).toBeLessThanOrEqual(1 + weight / 100)
})

it('puts names below the root and takes paths as they are', () => {
  expect(cgroupPath('demo')).toBe('/cofferdam/demo')
  expect(cgroupPath('demo', '/a/b/')).toBe('/a/b/demo')
  expect(cgroupPath('/x/y')).toBe('/x/y')
  expect(ancestors('/a/b/c')).toEqual(['/a', '/a/b'])
})

it.each(['', '/', '..', 'a/../b', '/a//b', 'a\0', 'a\nb', './a', 'x'.repeat(256)])(
  'refuses the name %j',
  (name) => {
    expect(() => cgroupPath(name)).toThrow(expect.objectContaining({ code: 'ERR_CGROUP_NAME_INVALID' }))
  },
)
