import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requires } from '@cofferdam/testing'
import { makeRootfs, type World, world } from '../support/world.js'

const { describe } = requires({ commands: ['busybox'] })

describe('a hostile root file system', () => {
  let w: World
  let outside: string
  let root: string
  beforeEach(async () => {
    w = await world({ cgroups: 'disabled' })
    outside = w.dir.join('outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'precious'), 'x')
    root = makeRootfs(w.dir.join('evil'))
  })
  afterEach(async () => {
    expect(readdirSync(outside)).toEqual(['precious'])
    expect(w.left()).toEqual([])
    await w[Symbol.asyncDispose]()
  })

  const run = async (args: string[], change?: (spec: ReturnType<World['spec']>) => void) => {
    const spec = w.spec(args, { rootfs: root })
    change?.(spec)
    await using container = await w.runtime.run(undefined, { spec })
    return await container.exited
  }

  it.each(['proc', 'sys'])('with /%s a link out of it is refused', async (name) => {
    rmSync(join(root, name), { recursive: true })
    symlinkSync(outside, join(root, name))
    await expect(run(['true'])).rejects.toMatchObject({ code: 'ERR_LAUNCH', errno: 'ELOOP' })
  })
  it('with /dev a link out of it makes no device there', async () => {
    rmSync(join(root, 'dev'), { recursive: true })
    symlinkSync(outside, join(root, 'dev'))
    await run(
      ['true'],
      (spec) => (spec.mounts = spec.mounts!.filter(({ destination }) => !destination.startsWith('/dev'))),
    ).catch(() => {})
  })
  it('with mount points that are links out of it mounts nothing there', async () => {
    symlinkSync(outside, join(root, 'data'))
    symlinkSync('../../../../..' + outside, join(root, 'up'))
    await run(['sh', '-c', 'touch /data/made /up/made'], (spec) => {
      spec.mounts!.push(
        { destination: '/data', type: 'tmpfs', source: 'tmpfs' },
        { destination: '/up/deeper', type: 'tmpfs', source: 'tmpfs' },
        { destination: '/../../etc/file', source: join(outside, 'precious'), options: ['bind', 'ro'] },
      )
    }).catch(() => {})
  })
  it('with a console and masked paths that are links out of it binds nothing there', async () => {
    symlinkSync(join(outside, 'precious'), join(root, 'dev/console'))
    symlinkSync(join(outside, 'precious'), join(root, 'dev/null'))
    symlinkSync(outside, join(root, 'secret'))
    const change = (spec: ReturnType<World['spec']>) => {
      spec.mounts = spec.mounts!.filter(({ destination }) => destination !== '/dev')
      spec.linux!.maskedPaths = ['/secret']
      spec.process!.terminal = true
    }
    await run(['true'], change).catch(() => {})
  })
  it('with a passwd that is a link out of it, a device or a FIFO, has no home', async () => {
    unlinkSync(join(root, 'etc/passwd'))
    writeFileSync(join(outside, 'precious'), 'root:x:0:0::/stolen:/bin/sh\n')
    symlinkSync(join(outside, 'precious'), join(root, 'etc/passwd'))
    expect(await run(['sh', '-c', 'test "$HOME" = /'])).toMatchObject({ exitCode: 0 })
    unlinkSync(join(root, 'etc/passwd'))
    symlinkSync('/proc/self/environ', join(root, 'etc/passwd'))
    expect(await run(['sh', '-c', 'test "$HOME" = /'])).toMatchObject({ exitCode: 0 })
  })
  it.each(Array.from({ length: 18 }, (_, n) => n + 3))(
    'with cwd /proc/self/fd/%i gets no directory of the host',
    async (n) => {
      const end = await run(
        [
          'sh',
          '-c',
          'test -e precious || ls ../../../../../../../tmp | grep -q cofferdam && exit 66; exit 0',
        ],
        (spec) => {
          spec.process!.cwd = `/proc/self/fd/${n}`
        },
      ).catch((error: { code: string }) => error)
      expect(end).not.toMatchObject({ exitCode: 66 })
    },
  )
  it('passes no descriptor to the program', async () => {
    const end = await run(['sh', '-c', 'test "$(ls /proc/self/fd | grep -c .)" = 4'])
    expect(end).toMatchObject({ exitCode: 0 })
  })
  it('that is missing is named', async () => {
    renameSync(root, `${root}-gone`)
    await expect(run(['true'])).rejects.toMatchObject({ code: 'ERR_ROOTFS_MISSING', path: root })
  })
  it('whose program is missing, not executable or no program is told in words', async () => {
    await expect(run(['foo'])).rejects.toThrow('exec: "foo": executable file not found in $PATH')
    await expect(run(['/none/foo'])).rejects.toThrow(
      'exec: "/none/foo": stat /none/foo: no such file or directory',
    )
    await expect(run(['/etc/passwd'])).rejects.toThrow('exec: "/etc/passwd": permission denied')
    writeFileSync(join(root, 'bin/text'), 'text', { mode: 0o755 })
    await expect(run(['/bin/text'])).rejects.toThrow('exec: "/bin/text": exec format error')
  })
})
