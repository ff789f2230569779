import { blkioToIoWeight, sharesToWeight } from '../index.js'
import type { CgroupResources } from '../resources.js'
import { neededControllers, writesV1, writesV2 } from './index.js'

const lines = (writes: ReturnType<typeof writesV1>) =>
  writes.map(({ file, value }) => `${String(file)} = ${String(value)}`)
const MiB = 1 << 20

describe.each<[string, CgroupResources, string[], string[]]>([
  [
    'a memory limit',
    { memory: { limit: 64 * MiB } },
    ['memory.limit_in_bytes = 67108864'],
    ['memory.max = 67108864'],
  ],
  [
    'memory and swap',
    { memory: { limit: 64 * MiB, swap: 96 * MiB, reservation: 32 * MiB } },
    [
      'memory.limit_in_bytes = 67108864',
      'memory.memsw.limit_in_bytes = 100663296',
      'memory.limit_in_bytes = 67108864',
      'memory.soft_limit_in_bytes = 33554432',
    ],
    ['memory.swap.max = 33554432', 'memory.max = 67108864', 'memory.low = 33554432'],
  ],
  [
    'lifted memory limits, and with them that on swap',
    { memory: { limit: -1 } },
    ['memory.limit_in_bytes = -1', 'memory.memsw.limit_in_bytes = -1', 'memory.limit_in_bytes = -1'],
    ['memory.swap.max = max', 'memory.max = max'],
  ],
  ['zero for not given', { memory: { limit: 0, swap: 0 }, cpu: { shares: 0, quota: 0, period: 0 } }, [], []],
  [
    'the OOM killer off',
    { memory: { disableOOMKiller: true, swappiness: 10 } },
    ['memory.swappiness = 10', 'memory.oom_control = 1'],
    [],
  ],
  ['shares', { cpu: { shares: 512 } }, ['cpu.shares = 512'], ['cpu.weight = 59']],
  ['the least shares for less', { cpu: { shares: 1 } }, ['cpu.shares = 2'], ['cpu.weight = 1']],
  [
    'a quota',
    { cpu: { quota: 50000, period: 200000 } },
    ['cpu.cfs_period_us = 200000', 'cpu.cfs_quota_us = 50000'],
    ['cpu.max = 50000 200000'],
  ],
  [
    'no quota, burst, idle',
    { cpu: { quota: -1, burst: 1000, idle: 1 } },
    ['cpu.cfs_quota_us = -1', 'cpu.cfs_burst_us = 1000', 'cpu.idle = 1'],
    ['cpu.max = max 100000', 'cpu.max.burst = 1000', 'cpu.idle = 1'],
  ],
  [
    'processors',
    { cpu: { cpus: '0-1,3', mems: '0' } },
    ['cpuset.cpus = 0-1,3', 'cpuset.mems = 0'],
    ['cpuset.cpus = 0-1,3', 'cpuset.mems = 0'],
  ],
  ['a number of processes', { pids: { limit: 32 } }, ['pids.max = 32'], ['pids.max = 32']],
  ['any number of processes', { pids: { limit: -1 } }, ['pids.max = max'], ['pids.max = max']],
  ['no process but the first', { pids: { limit: 0 } }, ['pids.max = 1'], ['pids.max = 1']],
  [
    'block devices',
    {
      blockIO: {
        weight: 500,
        weightDevice: [{ major: 8, minor: 0, weight: 10 }],
        throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1000 }],
        throttleWriteIOPSDevice: [{ major: 8, minor: 16, rate: 0 }],
      },
    },
    [
      'blkio.weight,blkio.bfq.weight = 500',
      'blkio.weight_device,blkio.bfq.weight_device = 8:0 10',
      'blkio.throttle.read_bps_device = 8:0 1000',
      'blkio.throttle.write_iops_device = 8:16 0',
    ],
    [
      'io.bfq.weight,io.weight = default 500,default 4950',
      'io.bfq.weight,io.weight = 8:0 10,8:0 1',
      'io.max = 8:0 rbps=1000',
      'io.max = 8:16 wiops=max',
    ],
  ],
  [
    'huge pages',
    { hugepageLimits: [{ pageSize: '2MB', limit: 4096 }] },
    ['hugetlb.2MB.rsvd.limit_in_bytes = 4096', 'hugetlb.2MB.limit_in_bytes = 4096'],
    ['hugetlb.2MB.rsvd.max = 4096', 'hugetlb.2MB.max = 4096'],
  ],
  [
    'RDMA',
    { rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 100 } } },
    ['rdma.max = mlx5_1 hca_handle=3 hca_object=100'],
    ['rdma.max = mlx5_1 hca_handle=3 hca_object=100'],
  ],
  [
    'devices',
    {
      devices: [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 1, minor: 3, access: 'rw' },
        { allow: true, type: 'u', major: 136, minor: -1 },
        { allow: true, type: 'p' },
      ],
    },
    ['devices.deny = a', 'devices.allow = c 1:3 rw', 'devices.allow = c 136:* rwm'],
    [],
  ],
])('%s', (_, resources, v1, v2) => {
  it('on v1', () => expect(lines(writesV1(resources))).toEqual(v1))
  it('on v2', () => expect(lines(writesV2(resources))).toEqual(v2))
})

it('writes files of v2 line by line, and refuses them on v1', () => {
  const unified = { 'io.max': '8:0 rbps=1\n8:16 rbps=2\n', 'memory.high': '1000' }
  expect(lines(writesV2({ unified }))).toEqual([
    'io.max = 8:0 rbps=1',
    'io.max = 8:16 rbps=2',
    'memory.high = 1000',
  ])
  expect(neededControllers({ unified, pids: { limit: 1 } })).toEqual(['pids', 'io', 'memory'])
  expect(() => writesV1({ unified })).toThrow(expect.objectContaining({ code: 'ERR_CGROUP_UNSUPPORTED' }))
})

it('need not have device rules that are optional', () => {
  const devices = [
    { allow: false, optional: true },
    { allow: true, type: 'c', major: 1 },
  ]
  expect(writesV1({ devices }).map(({ optional }) => optional)).toEqual([true, undefined])
})

it('has network classes on v1 only', () => {
  const network = { classID: 0x100001, priorities: [{ name: 'eth0', priority: 5 }] }
  expect(lines(writesV1({ network }))).toEqual(['net_cls.classid = 1048577', 'net_prio.ifpriomap = eth0 5'])
  expect(() => writesV2({ network })).toThrow(expect.objectContaining({ code: 'ERR_CGROUP_UNSUPPORTED' }))
})

it('refuses real-time budgets on v2, where no file has them', () => {
  expect(() => writesV2({ cpu: { realtimeRuntime: 1 } })).toThrow(
    expect.objectContaining({ code: 'ERR_CGROUP_UNSUPPORTED' }),
  )
})

it.each<[string, CgroupResources]>([
  ['memory.limit', { memory: { limit: 4096 } }],
  ['memory.limit', { memory: { limit: 1e6 + 0.5 } }],
  ['memory.limit', { memory: { limit: -2 } }],
  ['memory.swap', { memory: { swap: 64 * MiB } }],
  ['memory.swap', { memory: { limit: 64 * MiB, swap: 32 * MiB } }],
  ['memory.reservation', { memory: { limit: 64 * MiB, reservation: 65 * MiB } }],
  ['memory.swappiness', { memory: { swappiness: 201 } }],
  ['cpu.shares', { cpu: { shares: -1 } }],
  ['cpu.shares', { cpu: { shares: 262145 } }],
  ['cpu.period', { cpu: { period: 999 } }],
  ['cpu.quota', { cpu: { quota: 999 } }],
  ['cpu.burst', { cpu: { quota: 1000, burst: 1001 } }],
  ['cpu.cpus', { cpu: { cpus: '0-' } }],
  ['cpu.mems', { cpu: { mems: '0\n1' } }],
  ['pids.limit', { pids: { limit: 4194305 } }],
  ['blockIO.weight', { blockIO: { weight: 9 } }],
  [
    'blockIO.throttleReadBpsDevice[0].rate',
    { blockIO: { throttleReadBpsDevice: [{ major: 1, minor: 1, rate: -1 }] } },
  ],
  ['hugepageLimits[0].pageSize', { hugepageLimits: [{ pageSize: '../x', limit: 1 }] }],
  ['devices[0].type', { devices: [{ allow: true, type: 'x' }] }],
  ['devices[0].access', { devices: [{ allow: true, access: 'rx' }] }],
  ['unified["../x.y"]', { unified: { '../x.y': '1' } }],
  ['unified["cgroup.procs"]', { unified: { 'cgroup.procs': '1' } }],
])('refuses a bad %s', (path, resources) => {
  expect(() => writesV2(resources)).toThrow(
    expect.objectContaining({ code: 'ERR_CGROUP_LIMIT_INVALID', path }),
  )
})

it('converts shares so that ends and default meet', () => {
  expect([2, 1024, 262144].map(sharesToWeight)).toEqual([1, 100, 10000])
  expect([1, 3, 256, 512, 2048, 4096, 300000].map(sharesToWeight)).toEqual([1, 2, 35, 59, 174, 303, 10000])
  expect([10, 500, 1000].map(blkioToIoWeight)).toEqual([1, 4950, 10000])
})
