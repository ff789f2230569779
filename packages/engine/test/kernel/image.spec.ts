import { requires } from '@cofferdam/testing'
import { engineHost, type Host } from '../support/host.js'
import { busybox } from '../support/image.js'

const { describe } = requires({ root: true, network: true, files: [busybox] })

describe('the configuration of an image', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('counts: user with groups, directory, environment, entry point and command', async () => {
    const [normal, spoken] = await host.run<string[]>(`
      const normal = await engine.run(configured)
      const spoken = await engine.run(configured, ['id; pwd; echo $GREETING; echo $HOME; hostname'], { hostname: 'box' })
      return [normal.stdout, spoken.stdout]`)
    expect(normal).toBe('default\n')
    expect(spoken).toBe(
      'uid=1000(app) gid=1001(app) groups=1001(app),1002(extra)\n/srv\nfrom the image\n/srv\nbox\n',
    )
  })

  it('gives way to options', async () => {
    const [changed, entry, none, numeric] = await host.run<string[]>(`
      const changed = await engine.run(configured, ['id -u; pwd; echo $GREETING $KEPT'],
        { user: 'root', workdir: '/tmp', env: { GREETING: 'hi' } })
      const entry = await engine.run(configured, ['a', 'b'], { entrypoint: 'echo' })
      const none = await engine.run(configured, ['/bin/echo', 'bare'], { entrypoint: '' })
      const numeric = await engine.run(configured, ['id -u; id -g'], { user: '4242:4243' })
      return [changed.stdout, entry.stdout, none.stdout, numeric.stdout]`)
    expect(changed).toBe('0\n/tmp\nhi yes\n')
    expect(entry).toBe('a b\n')
    expect(none).toBe('bare\n')
    expect(numeric).toBe('4242\n4243\n')
  })

  it('names the signal that stops', async () => {
    const status = await host.run(`
      const container = await engine.start(configured, {
        command: ['trap "echo asked; exit 0" USR1; echo ready; while :; do sleep 0.05; done'],
        ready: logLine(/ready/), autoRemove: false,
      })
      await container.stop()
      const lines = []
      for await (const { line } of container.logs()) lines.push(line)
      const { exitCode, signal } = container.inspect()
      await container.remove()
      return { lines, exitCode, signal }`)
    expect(status).toEqual({ lines: ['ready', 'asked'], exitCode: 0, signal: null })
  })

  it('a user gets no capabilities, root those of the default', async () => {
    const [user, root, more] = await host.run<string[]>(`
      const caps = (options) => engine.run(plain, ['grep', 'CapEff', '/proc/self/status'], options)
        .then(({ stdout }) => stdout.split('\\t')[1].trim())
      return [await caps({ user: 'app' }), await caps({}), await caps({ capDrop: ['ALL'], capAdd: ['NET_ADMIN'] })]`)
    expect(user).toBe('0000000000000000')
    expect(root).toBe('00000000a80425fb')
    expect(more).toBe('0000000000001000')
  })

  it('--init is process 1 and reaps', async () => {
    const text = await host.run(`
      return (await engine.run(plain, ['sh', '-c', 'echo $$; (sleep 0.05 &); sleep 0.3; ps -o pid,stat,comm'], { init: true })).stdout`)
    expect(text).not.toMatch(/^1$/m)
    expect(text).not.toMatch(/ Z /)
  })

  it('a read-only root refuses writes, volumes take them', async () => {
    const result = await host.run(`
      return engine.run(plain, ['sh', '-c', 'touch /x; touch /data/x && echo written'],
        { readonlyRootfs: true, volumes: { '/data': tmpfs('1MiB') }, reject: false })`)
    expect(result).toMatchObject({ stdout: 'written\n', stderr: expect.stringContaining('Read-only') })
  })
})

/** Statements that start `plain` while another process does `meanwhile`, after the image was looked up and before there is a row. */
const startWhile = (meanwhile: string) => `
  const { spawnSync } = await import('node:child_process')
  const [program, ...rest] = scriptArgv(root, ${JSON.stringify(meanwhile)})
  let other
  const env = { get LOOKED_UP() { other ??= spawnSync(program, rest, { stdio: ['ignore', 'inherit', 'inherit'] }); return 'yes' } }
  const started = () => engine.run(plain, ['sh', '-c', 'echo $LOOKED_UP'], { env, pull: 'never' })`

describe('an image that a prune takes while a container of it is being started', () => {
  let host: Host
  beforeEach(async () => (host = await engineHost()))
  afterEach(() => host[Symbol.asyncDispose]())
  const prune = 'await engine.prune({ images: true }); await engine.close();'

  it('is missing', async () => {
    const error = await host.run(`
      await engine.run(plain, ['true'])
      ${startWhile(prune)}
      return fails(started)`)
    expect(error).toMatchObject({ code: 'ERR_IMAGE_NOT_FOUND', hint: 'cofferdam pull local.test/plain:1' })
  })

  it('is obtained again', async () => {
    const packed = `
      const { ImageStore } = await import('@cofferdam/image')
      const { packImages } = await import('./packages/engine/test/support/image.ts')
      await using store = await ImageStore.open(root + '/store/images')
      await packImages(store.layout, ${JSON.stringify(host.rootfs)})`
    const result = await host.run(`
      await engine.run(plain, ['true'])
      ${startWhile(prune + packed)}
      return started()`)
    expect(result).toMatchObject({ stdout: 'yes\n' })
  })
})

describe('an image with a layer that is gone', () => {
  it('is unpacked again', async () => {
    await using host = await engineHost()
    const result = await host.run(`
      const { readdirSync, rmSync } = await import('node:fs')
      await engine.run(plain, ['true'])
      const layers = root + '/store/images/layers'
      const names = () => readdirSync(layers).filter((name) => /^[0-9a-f]{64}$/.test(name))
      const before = names()
      for (const name of before) rmSync(layers + '/' + name, { recursive: true })
      const { exitCode } = await engine.run(plain, ['true'])
      return { exitCode, before, after: names() }`)
    const { before } = result as { before: string[] }
    expect(before).toHaveLength(1)
    expect(result).toMatchObject({ exitCode: 0, after: before })
  })
})
