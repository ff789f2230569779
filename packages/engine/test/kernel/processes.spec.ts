import { repetitions, requires, slowness } from '@cofferdam/testing'
import { engineHost, type Host } from '../support/host.js'
import { busybox } from '../support/image.js'

const { describe } = requires({ root: true, network: true, files: [busybox] })

describe('engines of several processes', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('see, enter, read, stop and remove each other’s containers', async () => {
    const result = await host.run(`
      const other = spawnScript(root, \`
        const container = await engine.start(plain, { command: ['sh', '-c', 'trap "echo bye; exit 7" TERM; echo up; while :; do sleep 0.05; done'], name: 'shared', env: { A: 'b' }, autoRemove: false })
        say(container.id)
        await container.finished()
        say(container.inspect().exitCode)
        const awake = setInterval(() => {}, 1000)
        await new Promise((resolve) => process.once('SIGTERM', resolve))
        clearInterval(awake)
        await engine.close()
      \`)
      const words = said(other)
      const id = (await words.next()).value
      const container = engine.get(id.slice(0, 12))
      const inside = await container.exec(['sh', '-c', 'echo $A; id -u'])
      const attached = await fails(async () => container.exited)
      const first = []
      for await (const { line } of container.logs({ follow: true })) { first.push(line); if (line === 'up') break }
      const names = engine.list().map(({ name, status }) => name + ' ' + status)
      await container.stop()
      const after = container.inspect()
      const exits = [await container.exited, await container.finished()].map(({ exitCode }) => exitCode)
      const refused = [await fails(container.exec(['true'])), await fails(container.kill()), await fails(container.attach())]
      const seen = (await words.next()).value
      const lines = []
      for await (const { line } of container.logs()) lines.push(line)
      await container.remove()
      other.kill('SIGTERM')
      await new Promise((resolve) => other.once('exit', resolve))
      return { same: id === container.id, inside: inside.stdout, attached, first, names, status: after.status, exitCode: after.exitCode, exits, refused, seen, lines, rest: engine.list({ all: true }) }`)
    expect(result).toEqual({
      same: true,
      inside: 'b\n0\n',
      attached: expect.objectContaining({ code: 'ERR_NOT_ATTACHED' }),
      first: ['up'],
      names: ['shared running'],
      status: 'exited',
      exitCode: 7,
      exits: [7, 7],
      refused: [
        expect.objectContaining({ code: 'ERR_CONTAINER_STATUS', message: 'container shared is not running' }),
        expect.objectContaining({ code: 'ERR_CONTAINER_STATUS' }),
        expect.objectContaining({ code: 'ERR_NOT_ATTACHED' }),
      ],
      seen: 7,
      lines: ['up', 'bye'],
      rest: [],
    })
  })

  it('take a name and a host port once', async () => {
    const result = await host.run(`
      const other = spawnScript(root, \`
        const container = await engine.start(plain, { command: ['sleep', '60'], name: 'taken', ports: ['18080:80'] })
        say(container.id)
        await new Promise((resolve) => process.once('SIGTERM', resolve))
        await engine.close()
      \`)
      const id = (await said(other).next()).value
      const name = await fails(engine.run(plain, ['true'], { name: 'taken' }))
      const port = await fails(engine.run(plain, ['true'], { ports: ['127.0.0.1:18080:80'] }))
      const holder = (await import('node:net')).createServer().listen(18081)
      const foreign = await fails(engine.run(plain, ['true'], { ports: ['18081:80'] }))
      holder.close()
      const free = await engine.run(plain, ['true'], { ports: ['18080:80/udp'] })
      other.kill('SIGTERM')
      await new Promise((resolve) => other.once('exit', resolve))
      const again = await engine.run(plain, ['true'], { name: 'taken', ports: ['18080:80'] })
      return { id, name, port, foreign, free: free.exitCode, again: again.exitCode }`)
    const { id } = result as { id: string }
    expect(result).toMatchObject({
      name: {
        code: 'ERR_NAME_IN_USE',
        message: expect.stringContaining(id.slice(0, 12)),
        hint: expect.any(String),
      },
      port: {
        code: 'ERR_PORT_IN_USE',
        path: '127.0.0.1:18080/tcp',
        message: expect.stringContaining('taken'),
        hint: expect.any(String),
      },
      foreign: {
        code: 'ERR_PORT_IN_USE',
        message: expect.stringContaining('18081'),
        hint: expect.any(String),
      },
      free: 0,
      again: 0,
    })
  })

  it('give back what a killed one left', async () => {
    const result = await host.run(`
      const other = spawnScript(root, \`
        await engine.start(plain, { command: ['httpd', '-f', '-p', '80', '-h', '/www'], name: 'orphan', ports: ['18080:80'], limits: { memory: '32MiB' } })
        const stays = await engine.start(plain, { command: ['sh', '-c', 'echo kept; sleep 60'], name: 'stays', autoRemove: false })
        for await (const { line } of stays.logs({ follow: true })) if (line === 'kept') break
        void engine.run(plain, ['sleep', '60'], { name: 'collected' })
        while (engine.list().length < 3) await new Promise((resolve) => setTimeout(resolve, 10))
        say(engine.list().map(({ pid }) => pid))
      \`)
      const pids = (await said(other).next()).value
      other.kill('SIGKILL')
      await new Promise((resolve) => other.once('exit', resolve))
      const { existsSync } = await import('node:fs')
      await eventually(() => pids.every((pid) => !existsSync('/proc/' + pid)))
      const before = engine.list({ all: true }).length
      await using next = await Engine.open({ root })
      const stays = next.get('stays')
      const { status, exitCode, signal } = stays.inspect()
      const lines = []
      for await (const { line } of stays.logs()) lines.push(line)
      const names = next.list({ all: true }).map(({ name }) => name)
      await next.run(plain, ['true'], { ports: ['18080:80'], name: 'orphan' })
      await stays.remove()
      return { before, status, exitCode, signal, lines, names }`)
    expect(result).toEqual({
      before: 3,
      status: 'exited',
      exitCode: null,
      signal: null,
      lines: ['kept'],
      names: ['stays'],
    })
  })

  it(
    'are swept whatever moment of a run they are killed at',
    async () => {
      const rest = await host.run(
        `
      for (let i = 0; i < 12; i += ${12 / repetitions(12)}) {
        const other = spawnScript(root, \`
          say('ready')
          for (;;) await engine.run(plain, ['true'], { limits: { memory: '32MiB' }, ports: [80] })
        \`)
        await said(other).next()
        await new Promise((resolve) => setTimeout(resolve, (60 + i * 7) * ${slowness}))
        other.kill('SIGKILL')
        await new Promise((resolve) => other.once('exit', resolve))
      }
      await using next = await Engine.open({ root })
      return next.list({ all: true })`,
        { timeoutMs: 240_000 },
      )
      expect(rest).toEqual([])
    },
    120_000 * slowness,
  )

  it('run twenty containers at once from two processes', async () => {
    const result = await host.run(`
      const { mkdirSync } = await import('node:fs')
      mkdirSync(root + '/../together')
      const body = \`
        // Each waits until all are there.
        const script = 'hostname > /d/$(hostname); while [ $(ls /d | wc -l) -lt 20 ]; do sleep 0.02; done; ip -4 -o addr show eth0 | tr -s " " | cut -d" " -f4'
        const runs = await Promise.all(Array.from({ length: 10 }, () =>
          engine.run(plain, ['sh', '-c', script], { limits: { memory: '32MiB', pids: 16 }, ports: [80], volumes: { '/d': root + '/../together' } })))
        say(runs.map(({ stdout }) => stdout.trim()))
        await engine.close()
      \`
      const both = [spawnScript(root, body), spawnScript(root, body)]
      const ended = both.map((child) => new Promise((resolve) => child.once('exit', (...how) => resolve(how))))
      const addresses = (await Promise.all(both.map(async (child) => (await said(child).next()).value))).flat()
      return { addresses, ended: await Promise.all(ended) }`)
    const { addresses, ended } = result as { addresses: string[]; ended: unknown }
    expect(ended).toEqual([
      [0, null],
      [0, null],
    ])
    expect(new Set(addresses).size).toBe(20)
  })
})
