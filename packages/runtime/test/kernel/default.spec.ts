import { readFileSync } from 'node:fs'
import { requires } from '@cofferdam/testing'
import { isRoot, output, type World, world } from '../support/world.js'

const { describe } = requires({ commands: ['busybox'] })
/** More ids than one, or cgroups. */
const real = requires({ root: true })

describe('a default container', () => {
  let w: World
  beforeAll(async () => (w = await world()))
  afterEach(() => expect(w.left()).toEqual([]))
  afterAll(() => w[Symbol.asyncDispose]())

  it('is process 1 with its own host name, network and cgroup root', async () => {
    const seen = await w.sh(
      'echo $$; hostname; ls /sys/class/net; cat /proc/self/cgroup | grep -v ":/$" | grep -v name=; id',
    )
    expect(seen.replace(/ groups=0.*/, '')).toBe(
      '1\ncofferdam\nlo\nuid=0(root) gid=0(root)'.replace('(root) gid=0(root)', '(root) gid=0'),
    )
  })
  it('has the mounts, masks and read-only paths of its specification', async () => {
    const mounts = await w.sh('cat /proc/mounts')
    const options = (path: string) =>
      mounts
        .split('\n')
        .find((line) => line.split(' ')[1] === path)
        ?.split(' ')[3] ?? ''
    for (const path of ['/proc', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue', '/sys', '/sys/fs/cgroup']) {
      expect([path, options(path)]).toEqual([path, expect.stringContaining('nosuid')])
    }
    expect(options('/sys')).toMatch(/^ro,/)
    expect(options('/proc/sys')).toMatch(/^ro,/)
    expect(options('/sys/fs/cgroup')).toMatch(/^ro,/)
    expect(await w.sh('cat /proc/keys | head -c 1; ls -A /sys/firmware; touch /sys/firmware/x')).toMatch(
      /^touch: .*Read-only file system$/,
    )
    expect(await w.sh('echo 1 > /proc/sys/kernel/panic')).toMatch(/Read-only file system$/)
  })
  it('has the default devices and links, and no others', async () => {
    expect((await w.sh('ls /dev')).split('\n').sort()).toEqual(
      'fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero'.split(' '),
    )
    expect(await w.sh('stat -c "%t:%T %a" /dev/null /dev/zero; readlink /dev/ptmx; readlink /dev/fd')).toBe(
      '1:3 666\n1:5 666\npts/ptmx\n/proc/self/fd',
    )
  })
  it('drops capabilities, loads the filter, sets no_new_privs', async () => {
    const status = await w.sh('cat /proc/self/status')
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1]
    expect(['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(field)).toEqual([
      '0000000000000000',
      '00000000a80425fb',
      '00000000a80425fb',
      '00000000a80425fb',
      '0000000000000000',
    ])
    expect([field('Seccomp'), field('NoNewPrivs')]).toEqual(['2', '1'])
    // An ordinary user keeps its groups (user_namespaces(7)); its own is root's inside.
    expect(status).toMatch(isRoot ? /^Groups:\s*$/m : /^Groups:[\s0]*$/m)
    expect(await w.sh('mount -t tmpfs x /tmp')).toMatch(/Operation not permitted|permission denied/)
  })
  real.it('has the environment, with HOME from its own passwd', async () => {
    expect((await w.sh('env')).split('\n').sort()).toEqual(
      expect.arrayContaining(['HOME=/root', 'TERM=xterm', expect.stringMatching(/^PATH=/)]),
    )
    const home = await w.sh('echo $HOME; id -u; id -g; pwd; umask', (spec) => {
      spec.process = { ...spec.process!, user: { uid: 1000, gid: 1000, umask: 0o77 }, cwd: '/tmp/new' }
    })
    expect(home).toBe('/home/user\n1000\n1000\n/tmp/new\n0077')
  })
  real.it.each<[string, object | undefined]>([
    ['no resources', undefined],
    ['no device rules', {}],
    ['an empty list of them', { devices: [] }],
  ])('may use the default devices only, with %s', async (_, resources) => {
    const seen = await w.sh(
      'cd /tmp; for n in 3 11; do busybox mknod d$n c 1 $n; (: > d$n) && echo opened $n; busybox rm d$n; done 2>&1',
      (spec) => {
        if (resources === undefined) delete spec.linux!.resources
        else spec.linux!.resources = resources
      },
    )
    expect(seen).toMatch(/^opened 3\n.*d11: Operation not permitted$/)
  })
  real.it('has its limits', async () => {
    const seen = await w.sh(
      'cd /sys/fs/cgroup; ulimit -n; cat memory.max pids.max || cat memory/memory.limit_in_bytes pids/pids.max',
      (spec) => {
        spec.linux!.resources = { ...spec.linux!.resources, memory: { limit: 64 << 20 }, pids: { limit: 32 } }
      },
    )
    expect(seen).toMatch(/^1024\n67108864\n32(\n|$)/)
  })
  it('has a read-only root when asked', async () => {
    const seen = await w.sh('touch /x; touch /dev/shm/y; pwd', (spec) => {
      spec.root!.readonly = true
      spec.process!.cwd = '/made/for/it'
    })
    expect(seen).toBe('/made/for/it\ntouch: /x: Read-only file system')
  })
  it('binds, remounts and propagates', async () => {
    const seen = await w.sh(
      'cat /data/passwd | head -n 1; touch /data/x; touch /rw/ok; grep " /rw " /proc/self/mountinfo',
      (spec) => {
        spec.mounts!.push(
          { destination: '/data', source: `${w.rootfs}/etc`, options: ['rbind', 'ro'] },
          { destination: '/rw', type: 'tmpfs', source: 'tmpfs', options: ['size=1m', 'shared', 'nosuid'] },
        )
      },
    )
    expect(seen).toMatch(/^root:x.*\n.*\/rw.*nosuid.*shared:.*\n.*\/data\/x: Read-only file system$/s)
  })
  real.it('tells of the kernel killing it for memory', async () => {
    const spec = w.spec(['sh', '-c', 'a=x; while :; do a=$a$a; done'])
    spec.linux!.resources = { memory: { limit: 8 << 20, swap: 8 << 20 } }
    await using container = await w.runtime.run('oom', { spec })
    expect(await container.exited).toMatchObject({ signal: 'SIGKILL', oomKilled: true })
  })
  it('gives streams and the exit code', async () => {
    await using container = await w.runtime.run(undefined, {
      spec: w.spec(['sh', '-c', 'cat; echo no >&2; exit 7']),
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    container.streams.stdin?.end('hello\n')
    expect(await output(container)).toBe('hello\nno\n')
    expect(await container.exited).toMatchObject({
      exitCode: 7,
      signal: null,
      oomKilled: isRoot ? false : undefined,
    })
  })
  it('leaves no mount and no descriptor here', async () => {
    const before = readFileSync('/proc/self/mountinfo', 'utf8')
    await w.sh('true')
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before)
  })
})
