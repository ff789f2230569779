import { layoutOf, parseMembership } from '../index.js'
import { parseCgroupMounts } from './mountinfo.js'

const lines = (...mounts: string[]) =>
  mounts.map((mount, index) => `${40 + index} 31 0:${40 + index} ${mount}`).join('\n') + '\n'
const other = '/ / rw,relatime - ext4 /dev/vda rw'

const v2 = lines(
  other,
  '/ /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot',
)
const v1 = lines(
  other,
  '/ /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755',
  '/ /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/lib/systemd/agent,name=systemd',
  '/ /sys/fs/cgroup/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct',
  '/ /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
)
const hybrid = v1 + lines('/ /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw')

it('tells v1, hybrid and v2 apart', () => {
  expect(layoutOf(v1)).toMatchObject({
    mode: 'v1',
    v1: [{ controllers: ['cpu', 'cpuacct'] }, { mountPoint: '/sys/fs/cgroup/memory' }],
  })
  expect(layoutOf(v1).v2).toBeUndefined()
  expect(layoutOf(hybrid)).toMatchObject({ mode: 'hybrid', v2: { mountPoint: '/sys/fs/cgroup/unified' } })
  expect(layoutOf(v2)).toMatchObject({ mode: 'v2', v1: [], v2: { mountPoint: '/sys/fs/cgroup', root: '/' } })
})

it('has no v1 hierarchies that only carry a name', () => {
  expect(layoutOf(hybrid).v1.flatMap(({ controllers }) => controllers)).toEqual(['cpu', 'cpuacct', 'memory'])
  expect(layoutOf(v2 + lines('/ /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd')).mode).toBe('v2')
})

it('prefers the mount that shows the root to bind mounts of a part', () => {
  const nested = lines(
    '/docker/abc /mnt/part rw - cgroup2 cgroup2 rw',
    '/ /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
  )
  expect(layoutOf(nested).v2).toMatchObject({ mountPoint: '/sys/fs/cgroup', root: '/' })
  const inside = lines(
    '/docker/abc /sys/fs/cgroup ro - cgroup2 cgroup2 rw',
    '/docker/abc /again ro - cgroup2 cgroup2 rw',
  )
  expect(layoutOf(inside).v2).toMatchObject({ mountPoint: '/sys/fs/cgroup', root: '/docker/abc' })
})

it('reads optional fields and octal escapes', () => {
  const [mount] = parseCgroupMounts(
    lines('/a\\040b /mnt/x\\011y rw shared:1 master:2 propagate_from:3 - cgroup2 none rw'),
  )
  expect(mount).toEqual({ version: 2, root: '/a b', mountPoint: '/mnt/x\ty', controllers: [] })
})

it('refuses a host without control groups', () => {
  expect(() => layoutOf(lines(other))).toThrow(expect.objectContaining({ code: 'ERR_CGROUP_UNAVAILABLE' }))
})

it('reads memberships, also below another namespace and with colons', () => {
  expect(parseMembership('4:memory:/a:b\n1:cpu,cpuacct:/\n2:name=systemd:/x\n0::/../other\n')).toEqual([
    { controllers: ['memory'], path: '/a:b' },
    { controllers: ['cpu', 'cpuacct'], path: '/' },
    { controllers: ['name=systemd'], path: '/x' },
    { controllers: [], path: '/../other' },
  ])
})
