import { requires } from '@cofferdam/testing'
import { engineHost, type Host } from '../support/host.js'
import { busybox } from '../support/image.js'

const { describe } = requires({ root: true, network: true, files: [busybox] })

/** The turns of the event loop after which the engine is closed: at once, and in the middle of a start. */
const turns = [0, 1, 3, 10, 40]

const during = `
  const command = ['sleep', '60']
  /** How what an engine does ends that is closed after some turns, and its rows then. */
  const closed = async (act, turns) => {
    const other = await Engine.open({ root })
    const ended = fails(act(other))
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    await other.close()
    const { code } = await ended
    return [code, engine.list({ all: true }).map(({ status }) => status)]
  }
`

describe('an engine that is closed', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it.each([
    ['a start', 'engine.start(plain, { command, ports: [80], ready: () => new Promise(() => {}) })'],
    ['a detached start', 'engine.start(plain, { command, ports: [80], detach: true, ready: portOpen(80) })'],
    ['a run', 'engine.run(plain, command, { ports: [80] })'],
  ])('ends %s that is under way, and waits for it', async (_name, act) => {
    const result = (await host.run(`${during}
      const results = []
      for (const turns of ${JSON.stringify(turns)}) results.push(await closed((engine) => ${act}, turns))
      return results`)) as [string, string[]][]
    for (const [code, rows] of result) {
      expect(['ERR_ENGINE_CLOSED', 'ERR_CONTAINER_EXIT']).toContain(code)
      expect(rows).toEqual([])
    }
    expect(result[0]?.[0]).toBe('ERR_ENGINE_CLOSED')
  })

  it('leaves what was being started again as it was', async () => {
    const result = await host.run(`${during}
      const first = await engine.start(plain, { command: ['true'], detach: true, name: 'again' })
      await first.finished()
      const result = await closed((engine) => engine.restart('again'), 0)
      await first.remove()
      return result`)
    expect(result).toEqual(['ERR_ENGINE_CLOSED', ['exited']])
  })

  it('kills what it runs, and starts nothing more', async () => {
    const result = await host.run(`
      const other = await Engine.open({ root })
      const run = other.run(plain, ['sleep', '60'], { reject: false })
      await eventually(() => engine.list().length === 1)
      await other.close()
      const { signal, isCanceled } = await run
      return { signal, isCanceled, late: [await fails(other.start(plain)), await fails(other.run(plain))] }`)
    const late = expect.objectContaining({ code: 'ERR_ENGINE_CLOSED' })
    expect(result).toEqual({ signal: 'SIGKILL', isCanceled: true, late: [late, late] })
  })
})

describe('a start and a run', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('end at once when their signal aborted while they were left to a monitor', async () => {
    const result = await host.run(`
      const { startMonitor } = await import('@cofferdam/supervisor')
      const monitor = await startMonitor({ directory: root + '/../monitor', cgroup: false })
      const prototype = Object.getPrototypeOf(monitor)
      await monitor.close()
      const { detach } = prototype
      const over = new AbortController()
      prototype.detach = async function () {
        await detach.call(this)
        over.abort(new Error('over'))
      }
      const ready = () => new Promise(() => {})
      return fails(engine.start(plain, { command: ['sleep', '60'], detach: true, ready, signal: over.signal }))`)
    expect(result).toMatchObject({ message: 'over' })
  })

  it('collect what a terminal shows', async () => {
    const result = (await host.run(`
      const { stdout } = await engine.run(plain, ['sh', '-c', 'stty size; seq 20000'], { tty: { columns: 91, rows: 17 } })
      return stdout`)) as string
    const lines = result.trimEnd().split('\r\n')
    expect([lines[0], lines.length, lines.at(-1)]).toEqual(['17 91', 20_001, '20000'])
  })
})
