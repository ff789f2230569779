import { parseMembership } from '@cofferdam/cgroups'
import { isManaged, namedHierarchies } from './named-hierarchies.js'

const mountinfo = `25 1 0:22 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
26 25 0:23 / /sys/fs/cgroup/unified rw,nosuid shared:5 - cgroup2 cgroup2 rw
27 25 0:24 / /sys/fs/cgroup/systemd rw,nosuid shared:6 - cgroup cgroup rw,xattr,name=systemd
28 25 0:25 / /sys/fs/cgroup/memory rw,nosuid shared:7 - cgroup cgroup rw,memory`

it('finds the hierarchy by which a service manager tells its services apart', () => {
  const membership =
    '5:memory:/user.slice\n1:name=systemd:/system.slice/a.service\n0::/system.slice/a.service\n'
  expect(namedHierarchies(parseMembership(membership), mountinfo)).toEqual([
    expect.objectContaining({ mountPoint: '/sys/fs/cgroup/systemd' }),
  ])
})

it('leaves alone one in which this process is in no cgroup', () => {
  expect(namedHierarchies(parseMembership('9:name=systemd:/\n8:pids:/a\n'), mountinfo)).toEqual([])
})

it.each([
  ['0::/\n', false],
  ['0::/system.slice/a.service\n', true],
  ['4:memory:/limited\n1:name=systemd:/\n0::/\n', false],
  ['4:memory:/\n1:name=systemd:/user.slice\n', true],
])('a process of %j is managed: %p', (membership, expected) => {
  expect(isManaged(parseMembership(membership))).toBe(expected)
})
