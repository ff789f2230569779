import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { requires, tempDirSync } from '@cofferdam/testing'
import { OPEN_TREE_CLONE, closeFd, openTree } from '@cofferdam/sys'
import { MOUNT_ATTR, launch, type Op } from '../../src/index.js'
import { namespaced, shell } from './support.js'

const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path))
const gate = requires({ unless: busybox === undefined ? 'no static busybox' : undefined })
/** Makes devices, or clones mounts of the machine's own namespace. */
const real = requires({ root: true })
const dir = tempDirSync('mounts')
const clone = namespaced(['mount', 'pid', 'network', 'ipc', 'uts'])
const hostMounts = () => readFileSync('/proc/self/mountinfo', 'utf8')

let roots = 0
/** A root with a shell, and what `prepare` puts into it. */
function newRoot(prepare: (root: string) => void = () => {}): string {
  const root = dir.join(`root${roots++}`)
  mkdirSync(`${root}/bin`, { recursive: true })
  copyFileSync(busybox as string, `${root}/bin/busybox`)
  for (const name of [
    'sh',
    'cat',
    'ls',
    'grep',
    'stat',
    'readlink',
    'echo',
    'mkdir',
    'touch',
    'pwd',
    'tty',
    'id',
  ]) {
    symlinkSync('busybox', `${root}/bin/${name}`)
  }
  prepare(root)
  return root
}

const safe = MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV | MOUNT_ATTR.NOEXEC
const proc: Op = {
  op: 'fsmount',
  type: 'proc',
  target: '/proc',
  create: 'directory',
  noSymlinks: true,
  attrs: safe,
}
const enter = (root: string): Op[] => [
  { op: 'propagation', mode: 'slave', recursive: true },
  { op: 'root', path: root },
]
const pivot: Op = { op: 'pivotRoot' }
const inRoot = (root: string, ops: Op[], script: string, after: Op[] = []) =>
  shell([...enter(root), ...ops, pivot, ...after], script, { clone })

gate.describe('the root', () => {
  it.each(['pivot', 'move', 'chroot'] as const)('is changed by %s', async (how) => {
    const ops: Op[] = [...enter(newRoot()), proc, { op: 'pivotRoot', how }]
    const { stdout } = await shell(ops, 'ls /; cat /proc/1/mounts', { clone })
    expect(stdout).toMatch(/^bin\nproc\n/)
    if (how === 'pivot') expect(stdout.trim().split('\n')).toHaveLength(4)
  })
  real.it('can be a detached mount', async () => {
    const fd = openTree(-100, newRoot(), OPEN_TREE_CLONE)
    try {
      const ops: Op[] = [{ op: 'propagation', mode: 'slave', recursive: true }, { op: 'root', fd }, pivot]
      expect((await shell(ops, 'ls /', { clone })).stdout).toBe('bin\n')
    } finally {
      closeFd(fd)
    }
  })
  it('can be read-only', async () => {
    const { stdout } = await inRoot(newRoot(), [], 'mkdir /x 2>&1', [
      { op: 'setAttr', target: '/', attrs: { set: MOUNT_ATTR.RDONLY } },
    ])
    expect(stdout).toContain('Read-only file system')
  })
  it('leaves the host’s mounts alone', async () => {
    const before = hostMounts()
    await inRoot(newRoot(), [proc], 'true')
    expect(hostMounts()).toBe(before)
  })
})

gate.describe('mounts', () => {
  real.it('are made in order with options, attributes and missing mount points', async () => {
    const file = dir.join('file')
    writeFileSync(file, 'content\n')
    const { stdout } = await inRoot(
      newRoot(),
      [
        proc,
        {
          op: 'fsmount',
          type: 'tmpfs',
          source: 'mine',
          target: '/a/b',
          create: 'directory',
          options: ['size=64k', 'mode=700'],
          attrs: MOUNT_ATTR.NOSUID,
        },
        {
          op: 'bind',
          source: file,
          target: '/a/b/c/file',
          create: 'like-source',
          attrs: { set: MOUNT_ATTR.RDONLY },
        },
        { op: 'mkdir', path: '/a/b/d', mode: 0o711 },
        { op: 'symlink', path: '/a/b/link', target: 'c/file' },
        { op: 'mknod', path: '/a/b/null', type: 'c', major: 1, minor: 3, mode: 0o622, uid: 5, gid: 6 },
      ],
      'cat /a/b/link; grep /a/b /proc/mounts; stat -c "%a %u %g %t:%T %n" /a/b/d /a/b/null; ls /a/b',
    )
    const lines = stdout.split('\n')
    expect(lines[0]).toBe('content')
    expect(lines[1]).toMatch(/^mine \/a\/b tmpfs rw,nosuid,relatime,size=64k,mode=700(,inode64)? 0 0$/)
    expect(lines[2]).toMatch(/ \/a\/b\/c\/file \S+ ro,/)
    expect(lines.slice(3, 5)).toEqual(['711 0 0 0:0 /a/b/d', '622 5 6 1:3 /a/b/null'])
  })
  it('masks files and directories, makes paths read-only, skips missing ones', async () => {
    const root = newRoot((path) => {
      for (const name of ['secrets', 'more', 'kept']) mkdirSync(`${path}/${name}`)
      writeFileSync(`${path}/secrets/key`, 'secret')
      writeFileSync(`${path}/file`, 'secret')
      writeFileSync(`${path}/file2`, 'secret')
      writeFileSync(`${path}/kept/x`, 'kept')
    })
    const { stdout } = await inRoot(
      root,
      [
        { op: 'mask', paths: ['/secrets', '/file', '/no/such', '/more', '/file2'] },
        { op: 'readonlyPaths', paths: ['/kept', '/no/such'] },
      ],
      'ls /secrets /more; cat /file /file2; cat /kept/x; touch /kept/y 2>&1; touch /secrets/y 2>&1; stat -c %t:%T /file',
    )
    expect(stdout).not.toContain('secret\n')
    expect(stdout).toMatch(/^\/more:\n\n\/secrets:\nkept/)
    expect(stdout.match(/Read-only file system/g)).toHaveLength(2)
    expect(stdout).toContain('1:3')
  })
  it('an error names the mount and the kernel’s words', async () => {
    const before = hostMounts()
    const attempt = inRoot(
      newRoot(),
      [{ op: 'fsmount', type: 'tmpfs', target: '/t', create: 'directory', options: ['nope=1'] }],
      'true',
    )
    await expect(attempt).rejects.toMatchObject({
      code: 'ERR_LAUNCH',
      errno: 'EINVAL',
      message: expect.stringContaining('mount tmpfs on /t options nope=1'),
      hint: expect.stringContaining('nope'),
    })
    await expect(
      inRoot(
        newRoot(),
        [{ op: 'bind', source: '/no/such/source', target: '/t', create: 'directory' }],
        'true',
      ),
    ).rejects.toMatchObject({
      errno: 'ENOENT',
      message: expect.stringContaining('/no/such/source'),
    })
    expect(hostMounts()).toBe(before)
  })
})

gate.describe('settings', () => {
  it('reach the namespaces', async () => {
    const { stdout } = await inRoot(
      newRoot(),
      [proc],
      'cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/lo/forwarding /proc/self/oom_score_adj; grep lo: /proc/net/dev; pwd',
      [
        { op: 'hostname', name: 'box' },
        { op: 'domainname', name: 'example' },
        { op: 'sysctl', name: 'net.ipv4.ip_forward', value: '1' },
        { op: 'sysctl', name: 'net/ipv4/conf/lo/forwarding', value: '0' },
        { op: 'loopback' },
        { op: 'oomScoreAdj', value: 321 },
        { op: 'cwd', path: '/made/here', create: true },
      ],
    )
    expect(stdout.split('\n').slice(0, 5)).toEqual(['box', 'example', '1', '0', '321'])
    expect(stdout).toMatch(/\/made\/here\n$/)
  })
  it('a sysctl that does not exist is named', async () => {
    await expect(
      inRoot(newRoot(), [], 'true', [{ op: 'sysctl', name: 'net.ipv4.nope', value: '1' }]),
    ).rejects.toMatchObject({
      message: expect.stringContaining('net.ipv4.nope'),
      errno: 'ENOENT',
    })
  })
  it('an optional op that fails is a warning', async () => {
    const { warnings } = await inRoot(newRoot(), [], 'true', [
      { op: 'rlimit', type: 'RLIMIT_NICE', soft: 41n, hard: 40n, optional: true },
    ])
    expect(warnings).toEqual([
      expect.objectContaining({ errno: 'EINVAL', action: 'set RLIMIT_NICE to 41:40' }),
    ])
  })
})

gate.describe('hostile roots', () => {
  real.it('a link as a mount point leads to a place inside the root', async () => {
    const outside = dir.join('outside')
    mkdirSync(outside)
    const root = newRoot((path) => {
      symlinkSync(outside, `${path}/dev`)
      symlinkSync('../../../../../../../../etc', `${path}/conf`)
      symlinkSync('/run/systemd/resolve.conf', `${path}/resolv`)
    })
    const hosts = readFileSync('/etc/passwd', 'utf8')
    const { stdout } = await inRoot(
      root,
      [
        { op: 'fsmount', type: 'tmpfs', target: '/dev', create: 'directory', attrs: MOUNT_ATTR.NOSUID },
        { op: 'mknod', path: '/dev/null', type: 'c', major: 1, minor: 3, mode: 0o666 },
        { op: 'symlink', path: '/dev/fd', target: '/proc/self/fd' },
        { op: 'mkdir', path: '/conf/made' },
        { op: 'bind', source: '/etc/hostname', target: '/resolv', create: 'like-source' },
      ],
      `ls ${outside}; ls /etc; readlink /resolv; cat /run/systemd/resolve.conf`,
    )
    expect(stdout).toContain('null')
    expect(stdout).toContain('made')
    expect(stdout).toContain(readFileSync('/etc/hostname', 'utf8'))
    expect(readdirSync(outside)).toEqual([])
    expect(existsSync('/etc/made')).toBe(false)
    expect(readFileSync('/etc/passwd', 'utf8')).toBe(hosts)
  })
  it('/proc may not be a link, nor be mounted inside of', async () => {
    const link = newRoot((path) => symlinkSync('/tmp', `${path}/proc`))
    await expect(inRoot(link, [proc], 'true')).rejects.toMatchObject({
      errno: 'ELOOP',
      message: expect.stringContaining('/proc'),
    })
    const inside: Op = { op: 'bind', source: '/etc/hostname', target: '/proc/self/attr/exec', notProc: true }
    await expect(inRoot(newRoot(), [proc, inside], 'true')).rejects.toMatchObject({ errno: 'EPERM' })
  })
  it('a fake /dev/null does not serve as a mask', async () => {
    const root = newRoot((path) => {
      mkdirSync(`${path}/dev`)
      writeFileSync(`${path}/dev/null`, 'fake')
      writeFileSync(`${path}/secret`, 'secret')
    })
    await expect(inRoot(root, [], 'true', [{ op: 'mask', paths: ['/secret'] }])).rejects.toMatchObject({
      errno: 'ENODEV',
    })
    expect((await inRoot(root, [{ op: 'mask', paths: ['/secret'] }], 'cat /secret')).stdout).toBe('')
  })
  it('a device that is something else is refused', async () => {
    const root = newRoot((path) => {
      mkdirSync(`${path}/dev`)
      symlinkSync('/etc/passwd', `${path}/dev/zero`)
    })
    await expect(
      inRoot(root, [{ op: 'mknod', path: '/dev/zero', type: 'c', major: 1, minor: 5, mode: 0o666 }], 'true'),
    ).rejects.toMatchObject({ errno: 'EEXIST', message: expect.stringContaining('/dev/zero') })
  })
  it('the working directory cannot lead out of the root', async () => {
    const fd = openTree(-100, '/', 0)
    try {
      for (const path of [
        `/proc/self/fd/${fd}`,
        ...Array.from({ length: 12 }, (_, i) => `/proc/self/fd/${i + 3}`),
      ]) {
        const attempt = inRoot(newRoot(), [proc], 'pwd', [{ op: 'cwd', path }]).then(
          ({ stdout }) => stdout,
          ({ errno }: { errno: string }) => errno,
        )
        // The launch's own descriptor of the container's root is inside; all others are refused.
        expect(await attempt).toMatch(/^(EPERM|ENOENT|ENOTDIR|\/\n)$/)
      }
    } finally {
      closeFd(fd)
    }
  })
  it('the console may not be a link', async () => {
    const root = newRoot((path) => {
      mkdirSync(`${path}/dev`)
      writeFileSync(`${path}/victim`, '')
      symlinkSync('/victim', `${path}/dev/console`)
    })
    const pts: Op = {
      op: 'fsmount',
      type: 'devpts',
      target: '/dev/pts',
      create: 'directory',
      options: ['newinstance', 'ptmxmode=0666', 'mode=0620'],
    }
    const plan = (path: string) =>
      launch({
        clone,
        ops: [...enter(path), pts, { op: 'setsid' }, { op: 'pty', console: true }, pivot],
        exec: { args: ['/bin/sh', '-c', 'tty && stat -c %t /dev/console'], env: [] },
      })
    await expect(plan(root)).rejects.toMatchObject({ errno: 'ELOOP' })
    const fine = await plan(newRoot())
    expect(await fine.exited).toMatchObject({ exitCode: 0 })
    closeFd(fine.fds.pty as number)
    await fine.stop()
  })
})

afterAll(() => dir.remove())
