import { requires } from '@cofferdam/testing'
import { engineHost, type Host } from '../support/host.js'
import { busybox } from '../support/image.js'

const { describe } = requires({ root: true, network: true, files: [busybox] })

describe('engine.start', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('publishes a port, is ready when it accepts, and stops', async () => {
    const result = await host.run(`
      const container = await engine.start(plain, {
        command: ['httpd', '-f', '-p', '80', '-h', '/www'], ports: [80, '127.0.0.1:18080:80'], ready: portOpen(80), name: 'web',
      })
      const body = await fetchText('http://127.0.0.1:' + container.port(80) + '/')
      const fixed = await fetchText('http://127.0.0.1:18080/')
      const direct = await fetchText('http://' + container.address + '/')
      const [summary] = engine.list()
      const unpublished = await fails(async () => container.port(81))
      await container.stop({ timeout: 200 })
      const gone = await fails(fetchText('http://127.0.0.1:18080/'))
      return { body, fixed, direct, summary, unpublished, gone, rest: engine.list({ all: true }) }`)
    expect(result).toMatchObject({
      body: 'hello from inside\n',
      fixed: 'hello from inside\n',
      direct: 'hello from inside\n',
      summary: {
        name: 'web',
        image: 'local.test/plain:1',
        status: 'running',
        pid: expect.any(Number),
        address: expect.stringMatching(/^10\.|^172\.|^192\.168\./),
        exitCode: null,
        ports: [
          { container: 80, host: expect.any(Number), protocol: 'tcp', hostIp: '0.0.0.0' },
          { container: 80, host: 18080, protocol: 'tcp', hostIp: '127.0.0.1' },
        ],
      },
      unpublished: { code: 'ERR_PORT_NOT_PUBLISHED', path: '81/tcp' },
      gone: { message: 'fetch failed' },
      rest: [],
    })
  })

  it('is recorded as lost with its spawner', async () => {
    const result = await host.run(`
      const container = await engine.start(plain, { command: ['sleep', '60'], autoRemove: false })
      const parent = /PPid:\\s*(\\d+)/.exec((await import('node:fs')).readFileSync('/proc/' + container.inspect().pid + '/status', 'utf8'))[1]
      process.kill(Number(parent), 'SIGKILL')
      await container.finished()
      const { status, exitCode, signal, reason } = container.inspect()
      await container.remove()
      return { status, exitCode, signal, reason }`)
    expect(result).toEqual({ status: 'exited', exitCode: null, signal: 'SIGKILL', reason: 'spawner-lost' })
  })

  it('is removed when it does not get ready: by its end, by time, by the signal', async () => {
    const [ended, late, silent, aborted] = await host.run<object[]>(`
      const ended = await fails(engine.start(plain, { command: ['false'], ready: portOpen(80) }))
      const late = await fails(engine.start(plain, { command: ['sleep', '60'], ready: portOpen(80), readyTimeout: 200 }))
      const silent = await fails(engine.start(plain, { command: ['echo', 'no'], ready: logLine(/yes/) }))
      const signal = AbortSignal.timeout(300)
      const aborted = await fails(engine.start(plain, { command: ['sleep', '60'], ready: portOpen(80), signal }))
      return [ended, late, silent, aborted]`)
    expect(ended).toMatchObject({ code: 'ERR_NOT_READY', message: expect.stringContaining('exit code 1') })
    expect(late).toMatchObject({ code: 'ERR_NOT_READY', message: expect.stringContaining('200 ms') })
    expect(silent).toMatchObject({ code: 'ERR_NOT_READY' })
    expect(aborted).toMatchObject({ name: 'TimeoutError' })
  })

  it('waits for all of several conditions', async () => {
    const lines = await host.run(`
      await using container = await engine.start(plain, {
        command: ['sh', '-c', 'echo starting; httpd -f -p 80 & sleep 0.2; echo up; wait'],
        ready: all(portOpen(80), logLine(/^up$/)),
      })
      const lines = []
      for await (const { line } of container.logs()) lines.push(line)
      return lines`)
    expect(lines).toEqual(['starting', 'up'])
  })

  it('executes programs with input, environment, user and directory, and tells their status', async () => {
    const result = await host.run(`
      await using container = await engine.start(plain, { command: ['sleep', '60'], env: { FROM: 'the start' }, hostname: 'box' })
      const inside = await container.exec(['sh', '-c', 'cat; id -u; pwd; echo $FROM $MORE; hostname'],
        { input: 'typed\\n', env: { MORE: 'exec' }, user: 'app', workdir: '/srv' })
      const failed = await fails(container.exec(['sh', '-c', 'echo why >&2; exit 5']))
      const status = await container.exec(['false'], { reject: false })
      const missing = await fails(container.exec(['nothing']))
      const late = await container.exec(['sleep', '60'], { timeout: 200, reject: false })
      const loud = await fails(container.exec(['yes'], { maxOutput: 1000 }))
      const running = (await container.exec(['ps', '-o', 'comm'])).stdout
      return { inside, failed, status, missing, late, loud, running }`)
    expect(result).toMatchObject({
      inside: { stdout: 'typed\n1000\n/srv\nthe start exec\nbox\n', exitCode: 0 },
      failed: { name: 'ContainerExitError', message: expect.stringContaining('why') },
      status: { exitCode: 1, failed: true },
      missing: { code: 'ERR_PROGRAM_NOT_FOUND', message: expect.stringContaining('nothing') },
      late: { timedOut: true, signal: 'SIGKILL' },
      loud: { code: 'ERR_MAX_OUTPUT' },
      running: 'COMMAND\nsleep\nps\n',
    })
  })

  it('executes programs whose children go on and hold their output', async () => {
    const result = await host.run(`
      await using container = await engine.start(plain, { command: ['sleep', '60'] })
      const late = container.exec(['sh', '-c', 'sleep 1000; true'], { timeout: 200, reject: false })
      const server = container.exec(['sh', '-c', 'sleep 1000 & echo ok'])
      const shell = await container.startExec(['sh', '-c', 'trap "" HUP; sleep 1000 & echo ok'], { tty: true })
      const screen = await text(shell.tty.output).catch((error) => error.code)
      return { late: (await late).timedOut, server: (await server).stdout, screen, status: await shell.exited }`)
    expect(result).toMatchObject({
      late: true,
      server: 'ok\n',
      screen: 'ERR_STREAM_PREMATURE_CLOSE',
      status: { exitCode: 0 },
    })
  })

  it('keeps a log from byte 0: read, followed, its end, by stream and time', async () => {
    const result = await host.run(`
      const container = await engine.start(plain, {
        command: ['sh', '-c', 'for i in 1 2 3 4; do echo out $i; echo err $i >&2; sleep 0.1; done'], autoRemove: false,
      })
      const followed = []
      for await (const { stream, line } of container.logs({ follow: true })) followed.push(stream + ' ' + line)
      await container.finished()
      const tail = []
      for await (const { line } of container.logs({ tail: 2 })) tail.push(line)
      const times = []
      for await (const { time } of container.logs()) times.push(time)
      const later = []
      for await (const { line } of container.logs({ since: times[4] })) later.push(line)
      const { status, exitCode, finished } = engine.get(container.name).inspect()
      await container.remove()
      const gone = await fails(async () => container.inspect())
      return { followed, tail, later: later.length, sorted: String(times) === String([...times].sort((a, b) => a - b)), status, exitCode, gone }`)
    expect(result).toMatchObject({
      followed: expect.arrayContaining(['stdout out 1', 'stderr err 1', 'stdout out 4', 'stderr err 4']),
      tail: expect.arrayContaining([expect.stringContaining('4')]),
      sorted: true,
      status: 'exited',
      exitCode: 0,
      gone: { code: 'ERR_CONTAINER_NOT_FOUND' },
    })
    expect((result as { followed: string[] }).followed).toHaveLength(8)
    expect((result as { later: number }).later).toBeLessThan(8)
  })

  it('stop kills what does not listen; remove needs force while it runs; dispose does both', async () => {
    const result = await host.run(`
      const deaf = { command: ['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 1; done'], ready: logLine(/up/), autoRemove: false }
      const first = await engine.start(plain, deaf)
      const refused = await fails(first.remove())
      await first.stop({ timeout: 100 })
      const { exitCode, signal } = first.inspect()
      await first.stop()
      await first.remove()
      const second = await engine.start(plain, deaf)
      await second.remove({ force: true })
      const third = await engine.start(plain, { ...deaf, autoRemove: true })
      await third[Symbol.asyncDispose]()
      await third[Symbol.asyncDispose]()
      return { refused, exitCode, signal, rest: engine.list({ all: true }) }`)
    expect(result).toMatchObject({
      refused: { code: 'ERR_CONTAINER_RUNNING', hint: expect.stringContaining('force') },
      exitCode: null,
      signal: 'SIGKILL',
      rest: [],
    })
  })

  it('closing the engine ends what it runs', async () => {
    const left = await host.run(`
      const pids = []
      for (let i = 0; i < 3; i++) pids.push((await engine.start(plain, { command: ['sleep', '60'] })).inspect().pid)
      await engine.close()
      const refused = await fails(engine.run(plain, ['true']))
      const { existsSync } = await import('node:fs')
      return [refused.code, ...pids.filter((pid) => existsSync('/proc/' + pid))]`)
    expect(left).toEqual(['ERR_ENGINE_CLOSED'])
  })

  it('has a terminal with a size, and one stream', async () => {
    const result = await host.run(`
      const container = await engine.start(plain, { command: ['sh', '-c', 'test -t 0 && tty; stty size; read x; stty size; echo "got $x"'], tty: { columns: 90, rows: 30 }, autoRemove: true })
      let seen = ''
      container.tty.output.setEncoding('utf8').on('data', (chunk) => (seen += chunk))
      await eventually(() => seen.includes('30 90'))
      container.tty.resize(100, 40)
      container.tty.input.write('typed\\r')
      const exit = await container.finished()
      return { seen, exit, stderr: container.stderr === undefined }`)
    expect(result).toMatchObject({
      seen: expect.stringMatching(/^\/dev\/(pts\/0|console)\r\n30 90\r\ntyped\r\n40 100\r\ngot typed\r\n$/),
      exit: { exitCode: 0 },
    })
  })
})
