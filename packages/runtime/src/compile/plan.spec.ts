import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatPlan } from '@cofferdam/process'
import { defaultSpec } from '../spec/default.js'
import type { Spec } from '../spec/types.js'
import { type CompileContext } from './context.js'
import { compilePlan } from './plan.js'

const context: CompileContext = {
  id: 'demo',
  bundle: '/bundle',
  rootfs: { path: '/bundle/rootfs' },
  namespaces: {},
  cgroup: { tasks: [], layout: { kind: 'v2' } },
  stdio: { kind: 'fds', fds: [10, 11, 12] },
  start: 'at-once',
  home: '/root',
}

const v1 = {
  kind: 'v1' as const,
  hierarchies: [
    { name: 'memory', directory: '/sys/fs/cgroup/memory/cofferdam/demo' },
    {
      name: 'cpu,cpuacct',
      directory: '/sys/fs/cgroup/cpu,cpuacct/cofferdam/demo',
      links: ['cpu', 'cpuacct'],
    },
  ],
}

const hook = (path: string) => [{ path, args: [path, 'x'], timeout: 2 }]

const everything: Spec = {
  ociVersion: '1.2.0',
  process: {
    terminal: true,
    cwd: '/work',
    args: ['sh', '-c', 'id'],
    env: ['PATH=/bin:/usr/bin', 'A=1', 'A=2', 'HOME='],
    user: { uid: 1000, gid: 100, umask: 0o77, additionalGids: [5, 6] },
    capabilities: { bounding: ['CAP_KILL', 'CAP_FUTURE'], permitted: ['CAP_KILL'], ambient: ['CAP_KILL'] },
    rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: 18446744073709551615 }],
    noNewPrivileges: false,
    oomScoreAdj: 0,
    apparmorProfile: 'profile',
    scheduler: { policy: 'SCHED_BATCH', nice: 5, flags: ['SCHED_FLAG_RESET_ON_FORK'] },
    ioPriority: { class: 'IOPRIO_CLASS_IDLE' },
  },
  root: { path: 'rootfs', readonly: true },
  hostname: 'box',
  domainname: 'example.org',
  mounts: [
    { destination: 'proc', type: 'proc', source: 'proc' },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'ro', 'mode=755'] },
    { destination: '/data', source: 'data', options: ['rbind', 'rro', 'noatime', 'rslave', 'shared'] },
    { destination: '/etc/../hosts', source: '/srv/hosts', type: 'none', options: ['bind', 'ro'] },
    { destination: '/proc/meminfo', source: '/lxcfs/meminfo', options: ['bind'] },
    {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: ['nosuid', 'noexec', 'nodev', 'ro'],
    },
    { destination: '/data', options: ['remount', 'ro', 'size=1m'] },
  ],
  hooks: {
    createRuntime: hook('/hooks/runtime'),
    createContainer: hook('/hooks/container'),
    startContainer: hook('/hooks/start'),
  },
  linux: {
    namespaces: [
      { type: 'mount' },
      { type: 'pid', path: '/proc/1/ns/pid' },
      { type: 'network', path: '/run/netns/x' },
      { type: 'uts' },
      { type: 'cgroup' },
      { type: 'time' },
    ],
    timeOffsets: { boottime: { secs: 10 } },
    devices: [{ type: 'c', path: '/dev/null', major: 1, minor: 3, fileMode: 0o600, uid: 1, gid: 2 }],
    sysctl: { 'net.ipv4.conf.eth0/1.forwarding': '1' },
    maskedPaths: ['/proc/kcore'],
    readonlyPaths: ['/proc/sys'],
    rootfsPropagation: 'shared',
    personality: { domain: 'LINUX32' },
    seccomp: { defaultAction: 'SCMP_ACT_ALLOW' },
  },
}

const cases: Record<string, () => string> = {
  'default container': () => formatPlan(compilePlan(defaultSpec({ args: ['/bin/true'] }), context).plan),
  'everything on v1 cgroups': () =>
    formatPlan(
      compilePlan(everything, {
        ...context,
        namespaces: { pid: 20, network: 21 },
        cgroup: {
          fd: 22,
          tasks: [
            { name: 'memory', fd: 24 },
            { name: 'cpu,cpuacct', fd: 25 },
          ],
          layout: v1,
        },
        stdio: { kind: 'pty', columns: 80, rows: 24 },
        start: { fd: 23 },
        detached: true,
        hookState: (status, pid) => JSON.stringify({ id: 'demo', status, pid }),
      }).plan,
    ),
  'detached root, cgroup v2, user namespace': () => {
    const spec = defaultSpec({ rootless: { uid: 1000, gid: 1000 } })
    const cgroup = { fd: 22, tasks: [], layout: { kind: 'v2' } } as const
    return formatPlan(compilePlan(spec, { ...context, rootfs: { fd: 9 }, cgroup, start: { fd: 23 } }).plan)
  },
  'no namespaces': () =>
    formatPlan(
      compilePlan(
        { ociVersion: '1.2.0', root: { path: 'rootfs' }, process: { cwd: '/', args: ['x'] } },
        context,
      ).plan,
    ),
}

describe('compilePlan', () => {
  it.each(Object.keys(cases))('%s', (name) => {
    const file = join(__dirname, 'golden', `${name.replace(/[^\w]+/g, '-')}.golden.txt`)
    const actual = (cases[name] as () => string)()
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, actual)
    expect(actual).toBe(readFileSync(file, 'utf8'))
  })
  it('warns of unknown capabilities', () => {
    expect(compilePlan(everything, context).warnings).toEqual([
      'capability CAP_FUTURE is unknown and left out',
    ])
  })
  it('makes no namespace that is given', () => {
    const kinds = (['mount', 'network'] as const).map((type) => ({ type }))
    const spec = { ...defaultSpec(), linux: { namespaces: kinds } }
    const made = (namespaces: object) => compilePlan(spec, { ...context, namespaces }).plan.clone?.namespaces
    expect(made({})).toEqual(['mount', 'network'])
    expect(made({ network: 20 })).toEqual(['mount'])
  })
  it('does not change what it is given', () => {
    const before = structuredClone(everything)
    compilePlan(everything, context)
    expect(everything).toEqual(before)
  })
  it.each([
    [{ destination: '/proc/self', source: 'x', type: 'proc' }, 'ERR_INVALID_MOUNT'],
    [{ destination: '/', source: '/x', options: ['bind'] }, 'ERR_INVALID_MOUNT'],
    [{ destination: '/x', options: ['bind'] }, 'ERR_INVALID_MOUNT'],
    [{ destination: '/x' }, 'ERR_INVALID_MOUNT'],
    [{ destination: '/x', source: '/y', options: ['bind', 'size=1'] }, 'ERR_INVALID_MOUNT_OPTION'],
  ])('refuses the mount %j', (mount, code) => {
    expect(() => compilePlan({ ...defaultSpec(), mounts: [mount] }, context)).toThrow(
      expect.objectContaining({ code }),
    )
  })
})
