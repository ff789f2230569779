import { requires } from '@cofferdam/testing'
import { engineHost, type Host } from '../support/host.js'
import { busybox } from '../support/image.js'

const { describe } = requires({ root: true, network: true, files: [busybox] })

describe('detached containers', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('go on serving, logging and taking commands when their starter is killed', async () => {
    const result = await host.run(`
      const starter = spawnScript(root, \`
        const container = await engine.start(plain, {
          command: ['sh', '-c', 'trap "echo bye; exit 7" TERM; httpd -p 80 -h /www; echo up; while :; do sleep 0.05; done'],
          ports: ['18080:80'], ready: portOpen(80), name: 'web', detach: true, env: { A: 'b' },
        })
        say([container.id, container.inspect().pid])
        setInterval(() => {}, 1000)
      \`)
      const [id, pid] = (await said(starter).next()).value
      starter.kill('SIGKILL')
      await new Promise((resolve) => starter.once('exit', resolve))
      await using second = await Engine.open({ root })
      const container = second.get('web')
      const running = container.inspect()
      const body = await fetchText('http://127.0.0.1:18080/')
      const inside = await container.exec(['sh', '-c', 'echo $A; exit 3'], { reject: false })
      const follow = (async () => {
        const lines = []
        for await (const { line } of container.logs({ follow: true })) lines.push(line)
        return lines
      })()
      const exited = container.exited
      await container.stop()
      const after = container.inspect()
      const gone = await fails(fetchText('http://127.0.0.1:18080/'))
      const log = await follow
      await container.remove()
      return { id, pid, running, body, inside: [inside.stdout, inside.exitCode], after, exit: await exited, gone, log }`)
    expect(result).toMatchObject({
      running: { status: 'running', detached: true, name: 'web' },
      body: 'hello from inside\n',
      inside: ['b\n', 3],
      after: { status: 'exited', exitCode: 7, signal: null },
      exit: { exitCode: 7, signal: null },
      gone: { message: 'fetch failed' },
      log: ['up', 'bye'],
    })
    const { id, pid, running } = result as { id: string; pid: number; running: { id: string; pid: number } }
    expect(running).toMatchObject({ id, pid })
  })

  it('have their log followed whole while they write as fast as they can, whoever started them', async () => {
    const result = await host.run(`
      const pad = 'x'.repeat(90)
      const write = 'i=100; while [ $i -lt 140 ]; do seq "$i"00000 "$i"09999 | sed s/$/' + pad + '/; i=$((i+1)); done'
      const script = 'trap "echo bye; exit 9" TERM; ' + write + '; while :; do sleep 0.05; done'
      const starter = spawnScript(root, 'const script = ' + JSON.stringify(script) + \`
        const container = await engine.start(plain, { command: ['sh', '-c', script], name: 'loud', detach: true })
        say(container.id)
        setInterval(() => {}, 1000)
      \`)
      await said(starter).next()
      starter.kill('SIGKILL')
      await using second = await Engine.open({ root })
      const container = second.get('loud')
      const lines = []
      let written
      const all = new Promise((resolve) => (written = resolve))
      const follow = (async () => {
        for await (const { line } of container.logs({ follow: true })) {
          lines.push(line)
          if (line === '13909999' + pad) written()
        }
      })()
      await using attached = await container.attach()
      attached.stdout.resume()
      const inside = await container.exec(['sh', '-c', 'echo in; exit 4'], { reject: false })
      await all
      await container.stop()
      await follow
      const exit = await container.exited
      await container.remove()
      const wrong = lines.slice(0, 400_000).findIndex((line, n) => {
        return line !== (10_000_000 + Math.floor(n / 10_000) * 100_000 + (n % 10_000)) + pad
      })
      return { count: lines.length, wrong, last: lines.at(-1), inside: [inside.stdout, inside.exitCode], exit }`)
    expect(result).toMatchObject({
      count: 400_001,
      wrong: -1,
      last: 'bye',
      inside: ['in\n', 4],
      exit: { exitCode: 9, signal: null },
    })
  })

  it('let their starter end, which has waited until they were ready', async () => {
    const ended = await host.run(`
      const starter = spawnScript(root, \`
        await engine.start(plain, { command: ['sleep', '60'], name: 'ready', detach: true, ready: async () => undefined })
        await engine.close()\`)
      const code = await new Promise((resolve) => starter.once('exit', resolve))
      await engine.get('ready').remove({ force: true })
      return code`)
    expect(ended).toBe(0)
  })

  it('report an end that nobody saw, and the loss of their monitor as such', async () => {
    const result = await host.run(`
      const short = await engine.start(plain, { command: ['sh', '-c', 'exit 5'], detach: true, name: 'short' })
      const lost = await engine.start(plain, { command: ['sleep', '60'], detach: true, name: 'lost', ports: ['18081:80'] })
      const oom = await engine.start(plain, { command: ['sh', '-c', 'tail /dev/zero'], detach: true, name: 'oom', limits: { memory: '16MiB' } })
      const { pid } = lost.inspect()
      const monitor = Number(/PPid:\\s*(\\d+)/.exec((await import('node:fs')).readFileSync('/proc/' + pid + '/status', 'utf8'))[1])
      process.kill(monitor, 'SIGKILL')
      await eventually(async () => !(await import('node:fs')).existsSync('/proc/' + pid))
      await oom.exited
      await eventually(async () => { await using second = await Engine.open({ root }); return second.list().length === 0 })
      const rows = engine.list({ all: true }).map(({ name, status, exitCode, signal, oomKilled, reason, ports }) => ({ name, status, exitCode, signal, oomKilled, reason, ports }))
      const exits = [await short.exited, await lost.exited, await oom.exited]
      const free = await engine.run(plain, ['true'], { ports: ['18081:80'] })
      for (const container of [short, lost, oom]) await container.remove()
      return { rows, exits, free: free.exitCode }`)
    expect(result).toMatchObject({
      rows: [
        { name: 'oom', status: 'exited', exitCode: null, signal: 'SIGKILL', oomKilled: true, ports: [] },
        { name: 'lost', status: 'exited', exitCode: null, signal: null, reason: 'monitor-lost', ports: [] },
        { name: 'short', status: 'exited', exitCode: 5, signal: null, oomKilled: false },
      ],
      exits: [{ exitCode: 5 }, { exitCode: null, signal: null, reason: 'monitor-lost' }, { oomKilled: true }],
      free: 0,
    })
  })

  it('are attached to, with input, by several at once', async () => {
    const result = await host.run(`
      const cat = await engine.start(plain, { command: ['cat'], detach: true, stdin: true, name: 'cat' })
      await using first = await cat.attach({ stdin: true })
      await using second = await cat.attach()
      const both = Promise.all([text(first.stdout), text(second.stdout)])
      first.stdin.end('one\\ntwo\\n')
      const exit = await cat.finished()
      const heard = await both
      const lines = []
      for await (const { line } of cat.logs()) lines.push(line)
      await cat.remove()
      const bound = await engine.start(plain, { command: ['sleep', '60'] })
      const refused = await fails(bound.id === '' ? undefined : (await Engine.open({ root })).get(bound.id).attach())
      return { heard, exit, lines, refused }`)
    expect(result).toEqual({
      heard: ['one\ntwo\n', 'one\ntwo\n'],
      exit: expect.objectContaining({ exitCode: 0 }),
      lines: ['one', 'two'],
      refused: expect.objectContaining({ code: 'ERR_NOT_ATTACHED' }),
    })
  })

  it('have a terminal, whose size changes', async () => {
    const result = await host.run(`
      const shell = await engine.start(plain, { command: ['sh'], detach: true, tty: true, stdin: true, name: 'shell' })
      await using attached = await shell.attach({ stdin: true })
      attached.tty.resize(132, 43)
      attached.tty.input.write('stty size; exit 4\\n')
      const screen = await text(attached.tty.output)
      const exit = await shell.finished()
      await shell.remove()
      return { size: screen.includes('43 132'), exitCode: exit.exitCode }`)
    expect(result).toEqual({ size: true, exitCode: 4 })
  })

  it('are started again on their changes, renamed, and told of', async () => {
    const result = await host.run(`
      const since = new Date()
      const command = ['sh', '-c', 'echo run >> /count; wc -l < /count']
      const first = await engine.start(plain, { command, detach: true, name: 'again' })
      await first.finished()
      const running = await fails(async () => { const one = await engine.start(plain, { command: ['sleep', '60'], autoRemove: true }); return engine.restart(one.id) })
      const second = await engine.restart('again')
      await second.finished()
      await engine.rename('again', 'renamed')
      const taken = await fails(engine.rename('renamed', 'a b'))
      const lines = []
      for await (const { line } of engine.get('renamed').logs()) lines.push(line)
      await second.remove()
      const events = []
      for await (const { action, name, attributes } of engine.events({ since, until: new Date() }))
        if (name === 'again' || name === 'renamed') events.push([action, name, attributes])
      return { running, taken, lines, events }`)
    expect(result).toEqual({
      running: expect.objectContaining({ code: 'ERR_CONTAINER_STATUS' }),
      taken: expect.objectContaining({ code: 'ERR_INVALID_NAME' }),
      lines: ['1', '2'],
      events: [
        ['create', 'again', {}],
        ['start', 'again', {}],
        ['die', 'again', { exitCode: '0' }],
        ['start', 'again', {}],
        ['die', 'again', { exitCode: '0' }],
        ['rename', 'renamed', { oldName: 'again' }],
        ['destroy', 'renamed', {}],
      ],
    })
  })

  it('are waited for by one who comes too late to hear of an end before the next start', async () => {
    const result = await host.run(`
      const first = await engine.start(plain, { command: ['sh', '-c', 'trap "exit 7" TERM; while :; do sleep 0.05; done'], detach: true, name: 'twice' })
      const other = spawnScript(root, \`
        const exit = engine.get('twice').exited
        setTimeout(() => say('waits'), 500)
        say(await exit)\`)
      const words = said(other)
      await words.next()
      other.kill('SIGSTOP')
      await first.stop({ timeout: 0 })
      const second = await engine.restart('twice')
      other.kill('SIGCONT')
      await eventually(async () => (await second.exec(['true'])).exitCode === 0)
      await second.stop()
      const exit = (await words.next()).value
      await second.remove()
      return exit`)
    expect(result).toMatchObject({ exitCode: 7, signal: null })
  })

  it('have their ends told of while somebody listens', async () => {
    const result = await host.run(`
      const events = engine.events({ signal: AbortSignal.timeout(20_000) })
      const heard = (async () => {
        const names = []
        for await (const { action, name } of events) if (names.push(action) && action === 'destroy') return names
      })()
      await new Promise((resolve) => setImmediate(resolve))
      await engine.start(plain, { command: ['sleep', '0.2'], detach: true, autoRemove: true })
      return heard`)
    expect(result).toEqual(['create', 'start', 'die', 'destroy'])
  })

  it('keep nobody alive who has listened to their ends', async () => {
    const ended = await host.run(`
      const listener = spawnScript(root, \`
        const since = new Date()
        await engine.start(plain, { command: ['sleep', '1000'], name: 'heard', detach: true })
        for await (const _event of engine.events({ since })) break
        for await (const _event of engine.events({ until: new Date(Date.now() + 1) }));
        const signal = AbortSignal.timeout(1)
        const aborted = await (async () => { for await (const _event of engine.events({ signal })); })().catch(({ name }) => name)
        await engine.close()
        say(aborted)\`)
      const aborted = (await said(listener).next()).value
      const code = await new Promise((resolve) => listener.once('exit', resolve))
      const { status } = engine.get('heard').inspect()
      await engine.get('heard').remove({ force: true })
      return { aborted, code, status }`)
    expect(ended).toEqual({ aborted: 'TimeoutError', code: 0, status: 'running' })
  })
})
