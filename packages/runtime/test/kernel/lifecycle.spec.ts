import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { eventually, requires, runScript } from '@cofferdam/testing'
import { output, type World, world } from '../support/world.js'

const { describe } = requires({ commands: ['busybox'] })
/** More ids than one, cgroups, or namespaces of the machine's own. */
const real = requires({ root: true })
/** Until the expectations hold. */
const settled = (check: () => unknown) =>
  eventually(async () => {
    await check()
    return true
  })
const code = (code: string) => expect.objectContaining({ code })

describe('the life of a container', () => {
  let w: World
  beforeAll(async () => (w = await world()))
  afterEach(() => expect(w.left()).toEqual([]))
  afterAll(() => w[Symbol.asyncDispose]())

  real.it('is created, started, executed in, killed, deleted', async () => {
    await using container = await w.runtime.create('life', { spec: w.spec(['sleep', '60']) })
    expect(await container.state()).toMatchObject({ id: 'life', status: 'created', pid: container.pid })
    await expect(container.exec(['true'])).rejects.toMatchObject({ code: 'ERR_CONTAINER_STATUS' })
    await container.start()
    expect(await container.status()).toBe('running')
    await expect(container.start()).rejects.toThrow('cannot start an already running container')
    await expect(container.delete()).rejects.toMatchObject({ code: 'ERR_CONTAINER_STATUS' })
    const { process, streams } = await container.exec(
      ['sh', '-c', 'echo $$ $A; cat /proc/self/status; exit 5'],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: ['PATH=/bin', 'A=b'],
        user: { uid: 1000, gid: 1000 },
      },
    )
    let seen = ''
    streams.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    expect(await process.exited).toMatchObject({ exitCode: 5 })
    await settled(() => expect(seen).toMatch(/^\d+ b\n/))
    expect(seen).toMatch(/^Uid:\s+1000/m)
    expect(seen).toMatch(/^Seccomp:\s+2/m)
    expect(seen).toMatch(/^CapBnd:\s+00000000a80425fb/m)
    expect(seen).toMatch(/^CapEff:\s+0000000000000000/m)
    await container.kill('SIGKILL')
    expect(await container.exited).toMatchObject({ signal: 'SIGKILL', exitCode: null })
    expect(await container.status()).toBe('stopped')
    await expect(container.kill()).rejects.toThrow('container not running')
    await container.delete()
    expect(() => w.runtime.open('life')).toThrow('container life does not exist')
  })

  it('is seen, executed in, killed and deleted by another process', async () => {
    const first = await w.runtime.create('shared', { spec: w.spec(['sh', '-c', 'sleep 60; :']) })
    const script = `
      import { Runtime } from '@cofferdam/runtime'
      const runtime = new Runtime({ root: ${JSON.stringify(w.runtime.root)}, cgroupParent: ${JSON.stringify(w.parent)} })
      const container = runtime.open('shared')
      const seen = [await container.status()]
      await container.start()
      seen.push(await container.status(), (await runtime.list()).length)
      const { process } = await container.exec(['sh', '-c', 'test $(ls -d /proc/[0-9]* | grep -c .) -gt 2 && exit 9'])
      seen.push((await process.exited).exitCode)
      await container.kill('SIGKILL')
      while ((await container.status()) !== 'stopped') await new Promise((next) => setTimeout(next, 5))
      await container.delete()
      console.log(JSON.stringify(seen))`
    const result = await runScript(script)
    expect(result.json()).toEqual(['created', 'running', 1, 9])
    expect(await first.exited).toMatchObject({ signal: 'SIGKILL' })
    await first.delete()
  })

  real.it('dies with the process that started it', async () => {
    const spec = JSON.stringify(w.spec(['sleep', '60']))
    const script = `
      import { Runtime } from '@cofferdam/runtime'
      const runtime = new Runtime({ root: ${JSON.stringify(w.runtime.root)}, cgroupParent: ${JSON.stringify(w.parent)} })
      const container = await runtime.run('orphan', { spec: ${spec} })
      console.log(container.pid)
      process.kill(process.pid, 'SIGKILL')`
    const { stdout } = await runScript(script)
    await settled(async () => expect(await w.runtime.open('orphan').status()).toBe('stopped'))
    await settled(async () => expect(existsSync(`/proc/${stdout.trim()}`)).toBe(false))
    await w.runtime.open('orphan').delete()
  })

  it('refuses a second container of the id and leaves the first alone', async () => {
    await using container = await w.runtime.run('once', { spec: w.spec(['sleep', '60']) })
    await expect(w.runtime.run('once', { spec: w.spec(['true']) })).rejects.toThrow(
      'container with given ID already exists',
    )
    expect(await container.status()).toBe('running')
  })

  const newerStays = async (shared: boolean) => {
    const spec = w.spec(['sleep', '60'])
    if (shared) spec.linux!.namespaces = spec.linux!.namespaces!.filter(({ type }) => type !== 'pid')
    const first = await w.runtime.run('again', { spec })
    const stale = w.runtime.open('again')
    await first.delete({ force: true })
    await using second = await w.runtime.run('again', { spec })
    await stale.delete({ force: true })
    await stale.delete()
    await first.delete()
    expect(await second.status()).toBe('running')
    expect(await w.runtime.open('again').status()).toBe('running')
    expect((await second.exec(['true'])).process.pid).toBeGreaterThan(0)
  }
  it('leaves a newer container of its id alone', () => newerStays(false))
  real.it('leaves a newer container of its id alone, also one without a pid namespace', () =>
    newerStays(true),
  )

  it('runs the hooks in their order and places', async () => {
    const file = w.dir.join('order')
    const hook = (name: string) => [
      {
        path: '/bin/sh',
        args: ['sh', '-c', `echo ${name} $(sed 's/.*"status":"\\([a-z]*\\)".*/\\1/') >> ${file}`],
      },
    ]
    const spec = w.spec(['sh', '-c', 'echo program >> /order'])
    spec.mounts!.push({ destination: '/order', source: file, options: ['bind'] })
    writeFileSync(file, '')
    const inside = [{ path: '/bin/sh', args: ['sh', '-c', 'echo startContainer >> /order'] }]
    spec.hooks = {
      prestart: hook('prestart'),
      createRuntime: hook('createRuntime'),
      createContainer: hook('createContainer'),
      startContainer: inside,
      poststop: hook('poststop'),
    }
    const container = await w.runtime.run('hooks', { spec })
    await container.exited
    await container.delete()
    expect(readFileSync(file, 'utf8').trim().split('\n')).toEqual([
      'prestart creating',
      'createRuntime creating',
      'createContainer creating',
      'startContainer',
      'program',
      'poststop stopped',
    ])
  })

  it.each(['createRuntime', 'createContainer', 'startContainer', 'poststart'] as const)(
    'ends when a %s hook fails',
    async (name) => {
      const spec = w.spec(['sleep', '60'])
      spec.hooks = { [name]: [{ path: '/bin/sh', args: ['sh', '-c', 'exit 3'] }] }
      await expect(w.runtime.run('hook', { spec })).rejects.toMatchObject({ code: 'ERR_HOOK' })
    },
  )

  it('gives a terminal', async () => {
    const spec = w.spec(['sh', '-c', 'tty; stty size; test -c /dev/console && echo console'], {
      terminal: true,
    })
    await using container = await w.runtime.run('tty', { spec, tty: { columns: 91, rows: 33 } })
    let seen = ''
    container.tty?.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    await container.exited
    await settled(() => expect(seen.replaceAll('\r', '')).toBe('/dev/pts/0\n33 91\nconsole\n'))
  })

  real.it('joins namespaces by path', async () => {
    await using first = await w.runtime.run('one', { spec: w.spec(['sleep', '60'], { hostname: 'one' }) })
    const spec = w.spec(['sh', '-c', 'hostname; readlink /proc/self/ns/net'])
    delete spec.hostname
    spec.linux!.namespaces = spec.linux!.namespaces!.map((namespace) =>
      namespace.type === 'uts'
        ? { ...namespace, path: `/proc/${first.pid}/ns/uts` }
        : namespace.type === 'network'
          ? { ...namespace, path: `/proc/${first.pid}/ns/net` }
          : namespace,
    )
    await using second = await w.runtime.run('two', { spec, stdio: ['ignore', 'pipe', 'pipe'] })
    expect(await output(second)).toMatch(/^one\nnet:\[\d+\]\n$/)
    spec.linux!.namespaces = [
      { type: 'network', path: `/proc/${first.pid}/ns/uts` },
      { type: 'mount' },
      { type: 'uts' },
    ]
    await expect(w.runtime.run('three', { spec })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_/),
    })
  })

  it('ends with its abort signal, and the hook that runs with it', async () => {
    const spec = w.spec(['sleep', '60'])
    const file = w.dir.join('hook.pid')
    const hook = ['sh', '-c', `echo $$ > ${file}.new; mv ${file}.new ${file}; exec sleep 60`]
    spec.hooks = { createRuntime: [{ path: '/bin/sh', args: hook }] }
    const controller = new AbortController()
    const run = w.runtime.run('abort', { spec, signal: controller.signal })
    await settled(() => expect(existsSync(file)).toBe(true))
    controller.abort(new Error('enough'))
    await expect(run).rejects.toThrow('enough')
    await settled(() => expect(existsSync(`/proc/${readFileSync(file, 'utf8').trim()}`)).toBe(false))
  })

  it('refuses bad specifications before anything is touched', async () => {
    const spec = w.spec(['true'])
    await expect(w.runtime.run('bad', { spec: { ...spec, process: { cwd: 'x' } } })).rejects.toEqual(
      code('ERR_INVALID_SPEC'),
    )
    await expect(w.runtime.run('a/b', { spec })).rejects.toEqual(code('ERR_INVALID_ID'))
    await expect(w.runtime.run('bad', { bundle: w.dir.join('none') })).rejects.toEqual(code('ERR_BUNDLE'))
  })
})
