/*
 * Bad input, and where a test shows that it gets an error with code, object and hint, and leaves nothing behind:
 *
 * | input                                             | test                                              |
 * |---------------------------------------------------|---------------------------------------------------|
 * | missing rootfs                                    | here (layer gone); runtime hostile.spec.ts        |
 * | program not found                                 | here; process spawn.spec.ts, runtime hostile      |
 * | rootfs with symlinks pointing out                 | here; runtime hostile, process mounts.spec.ts     |
 * | corrupt blob, truncated layer, wrong digest       | ../peers/pulls.spec.ts; image store.spec.ts       |
 * | `../`, absolute and symlink-escape entries, bombs | image hostile.spec.ts                             |
 * | unreachable registry                              | here; registry manifest.spec.ts                   |
 * | wrong credentials                                 | ../peers/pulls.spec.ts; registry auth.spec.ts     |
 * | port already published, name in use               | processes.spec.ts; network bridge.spec.ts         |
 * | address pool empty                                | here; network bridge.spec.ts, network.spec.ts     |
 * | no permission                                     | here; cgroups cgroup.spec.ts                      |
 * | a container around this process forbids clone     | here; process spawn.spec.ts                       |
 * | another operating system                          | here                                              |
 */
import { chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { asUser, requires, runScript, tempDir } from '@cofferdam/testing'
import { runConfined } from '../support/confined.js'
import { engineHost, type Host } from '../support/host.js'
import { busybox, plain } from '../support/image.js'

const { describe, it } = requires({ root: true, network: true, files: [busybox] })

describe('a refused run leaves nothing and says why', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('a program that is not there, is none, or may not be executed', async () => {
    const errors = await host.run(`
      return [
        await fails(engine.run(plain, ['nothing'])),
        await fails(engine.run(plain, ['/etc/passwd'])),
        await fails(engine.start(plain, { command: ['/no/such/program'], ports: [80] })),
        await fails(engine.run(plain)),
      ]`)
    expect(errors).toMatchObject([
      { code: 'ERR_PROGRAM_NOT_FOUND', path: 'nothing', hint: expect.any(String) },
      { code: 'ERR_EXEC', path: '/etc/passwd', errno: 'EACCES' },
      { code: 'ERR_PROGRAM_NOT_FOUND', path: '/no/such/program', hint: expect.any(String) },
      { code: 'ERR_NO_COMMAND', hint: expect.any(String) },
    ])
  })

  it('options that are wrong, before anything is touched', async () => {
    const errors = await host.run(`
      const run = (options) => fails(engine.run(plain, ['true'], options))
      return [
        await run({ name: 'a b' }), await run({ hostname: '-' }), await run({ ports: ['80:'] }),
        await run({ volumes: { 'relative': '/tmp' } }), await run({ volumes: { '/x': '/no/such' } }),
        await run({ limits: { memory: '1KiB' } }), await run({ timeout: 'soon' }), await run({ user: 'stranger' }),
        await run({ network: 'nowhere' }), await run({ network: 'container:nobody' }), await run({ env: { 'A=B': 'c' } }),
        await run({ workdir: 'relative' }), await run({ stopSignal: 'SIGNONE' }), await run({ capAdd: ['FLY'] }),
        await run({ platform: 'a/b/c/d' }),
      ].map(({ code }) => code)`)
    expect(errors).toEqual([
      'ERR_INVALID_NAME',
      'ERR_INVALID_HOSTNAME',
      'ERR_INVALID_PORT',
      'ERR_INVALID_VOLUME',
      'ERR_INVALID_VOLUME',
      'ERR_INVALID_LIMIT',
      'ERR_INVALID_DURATION',
      'ERR_UNKNOWN_USER',
      'ERR_NETWORK_NOT_FOUND',
      'ERR_CONTAINER_NOT_FOUND',
      'ERR_INVALID_ENV',
      'ERR_INVALID_WORKDIR',
      'ERR_INVALID_SIGNAL',
      'ERR_CAPABILITY_UNKNOWN',
      'ERR_INVALID_PLATFORM',
    ])
  })

  it('images that are not there, references that are none, a registry that cannot be reached', async () => {
    const errors = await host.run(`
      return [
        await fails(engine.run('local.test/absent:1', ['true'], { pull: 'never' })),
        await fails(engine.run('192.0.2.1/project/centos: latest', ['true'])),
        await fails(engine.pull('127.0.0.1:1/app:1')),
        await fails(engine.removeImage('local.test/absent:1')),
        await fails(async () => engine.get('nobody')),
      ]`)
    expect(errors).toMatchObject([
      {
        code: 'ERR_IMAGE_NOT_FOUND',
        path: 'local.test/absent:1',
        hint: 'cofferdam pull local.test/absent:1',
      },
      { code: 'ERR_INVALID_REFERENCE', hint: expect.stringContaining('centos:latest') },
      {
        code: 'ERR_REGISTRY_UNREACHABLE',
        message: expect.stringContaining('127.0.0.1:1'),
        hint: expect.any(String),
      },
      { code: 'ERR_IMAGE_NOT_FOUND', path: 'local.test/absent:1', hint: expect.any(String) },
      { code: 'ERR_CONTAINER_NOT_FOUND', path: 'nobody', hint: expect.any(String) },
    ])
  })

  it('the last address is given out', async () => {
    const result = await host.run(`
      const { readdirSync, mkdirSync } = await import('node:fs')
      const { bridge } = await import('@cofferdam/network')
      const small = bridge({ name: 'small', subnet: '10.99.0.0/30', runDir: root + '/../small' })
      const first = await small.attach({ containerId: 'a' })
      const second = await fails(small.attach({ containerId: 'b' }))
      await first.detach()
      await small.close()
      return second`)
    expect(result).toMatchObject({
      code: 'ERR_ADDRESS_POOL_EMPTY',
      message: expect.stringContaining('10.99.0.0/30'),
      hint: expect.any(String),
    })
  })

  it('a root whose directories are links out of it', async () => {
    await using dir = await tempDir('links')
    mkdirSync(dir.join('outside'))
    writeFileSync(dir.join('outside/precious'), 'untouched')
    const hostile = dir.join('hostile')
    mkdirSync(hostile)
    for (const name of ['proc', 'sys', 'dev', 'etc', 'tmp'])
      symlinkSync(dir.join('outside'), `${hostile}/${name}`)
    const result = await host.run(`
      const { buildImage, ImageStore, parseReference } = await import('@cofferdam/image')
      const { readdirSync } = await import('node:fs')
      {
        await using store = await ImageStore.open(root + '/store/images')
        await buildImage(store.layout, { layers: [{ directory: ${JSON.stringify(host.rootfs)} }, { directory: ${JSON.stringify(hostile)} }], reference: parseReference('local.test/hostile:1') })
      }
      const error = await fails(engine.run('local.test/hostile:1', ['/bin/true'], { network: 'none', volumes: { '/tmp/made': tmpfs() } }))
      return { error, outside: readdirSync(${JSON.stringify(dir.join('outside'))}) }`)
    expect(result).toMatchObject({
      error: {
        code: 'ERR_LAUNCH',
        message: expect.stringMatching(/proc|sys/),
        errno: expect.stringMatching(/ELOOP|ENOTDIR/),
      },
      outside: ['precious'],
    })
  })

  it('inside a container that forbids namespaces and mounts', async () => {
    const body = `
      import { Engine, fails, left } from './packages/engine/test/support/inside.ts'
      import { spawn } from '@cofferdam/process'
      const root = ${JSON.stringify(host.root)}
      const engine = await Engine.open({ root })
      const errors = [
        await fails(engine.run(${JSON.stringify(plain)}, ['true'], { network: 'none' })),
        await fails(engine.run(${JSON.stringify(plain)}, ['true'])),
        await fails(spawn(['true'], { namespaces: { pid: true } })),
        await fails(spawn(['true'], { namespaces: { pid: true, user: { map: 'self' } } })),
      ]
      await engine.close()
      console.log(JSON.stringify({ errors, left: left(root) }))`
    const refused = { code: 'ERR_OVERLAY_MOUNT', errno: 'EPERM', hint: expect.stringContaining('seccomp') }
    expect(await runConfined(body)).toMatchObject({
      errors: [
        refused,
        refused,
        { code: 'ERR_CLONE_FORBIDDEN', errno: 'EPERM', hint: expect.stringContaining('seccomp') },
        { code: 'ERR_CLONE_FORBIDDEN', errno: 'EPERM', hint: expect.stringContaining('seccomp') },
      ],
      left: [],
    })
  })
})

requires({ root: true, unless: asUser.reason }).it('an ordinary user is told what needs root', async () => {
  await using host = await engineHost()
  await using dir = await tempDir('user')
  chownSync(dir.path, 1000, 1000)
  const result = await asUser.script(
    `
    import { Engine, fails, left } from './packages/engine/test/support/inside.ts'
    import { ImageStore } from '@cofferdam/image'
    import { packImages, plain } from './packages/engine/test/support/image.ts'
    const [foreign, root, rootfs] = process.argv.slice(1)
    const denied = await fails(Engine.open({ root: foreign }))
    await using engine = await Engine.open({ root })
    {
      await using store = await ImageStore.open(root + '/store/images')
      await packImages(store.layout, rootfs)
    }
    const run = await fails(engine.run(plain, ['true']))
    console.log(JSON.stringify({ denied, run, left: left(root) }))`,
    { args: [host.root, dir.join('root'), host.rootfs] },
  )
  expect(result.json()).toMatchObject({
    denied: {
      code: 'ERR_ROOT',
      path: `${host.root}/store`,
      errno: 'EACCES',
      hint: expect.stringContaining('COFFERDAM_ROOT'),
    },
    run: { code: 'ERR_NO_PERMISSION', errno: 'EPERM', hint: expect.stringContaining('root') },
    left: [],
  })
})

it('another operating system is named, and importing works', async () => {
  const result = await runScript(
    `
    Object.defineProperty(process, 'platform', { value: 'darwin' })
    const { Engine } = await import('@cofferdam/engine')
    const { fails } = await import('./packages/engine/test/support/inside.ts')
    const { existsSync } = await import('node:fs')
    const root = process.argv[1]
    console.log(JSON.stringify({ error: await fails(Engine.open({ root })), made: existsSync(root) }))`,
    { args: ['/no/such/root'] },
  )
  expect(result.json()).toMatchObject({
    error: {
      code: 'ERR_UNSUPPORTED_PLATFORM',
      message: expect.stringContaining('darwin'),
      hint: expect.any(String),
    },
    made: false,
  })
})
