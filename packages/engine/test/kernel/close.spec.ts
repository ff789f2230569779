import { requires } from '@cofferdam/testing'
import { engineHost, type Host } from '../support/host.js'
import { busybox } from '../support/image.js'

const { describe } = requires({ root: true, network: true, files: [busybox] })

/** What the rows have to say before the engine is closed. */
const moments = ['', 'created', 'running']

const during = `
  const command = ['sleep', '60']
  /** How what an engine does ends that is closed at a moment, and the rows then. */
  const closed = async (act, moment) => {
    const rows = () => engine.list({ all: true }).map(({ status }) => status)
    const other = await Engine.open({ root })
    const ended = fails(act(other))
    while (moment !== '' && !rows().includes(moment)) await new Promise((resolve) => setImmediate(resolve))
    await other.close()
    const { code } = await ended
    return [code, rows()]
  }
`

describe('an engine that is closed', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it.each([
    ['a start', 'engine.start(plain, { command, ports: [80], ready: () => new Promise(() => {}) })'],
    [
      'a detached start',
      'engine.start(plain, { command, ports: [80], detach: true, ready: () => new Promise(() => {}) })',
    ],
    ['a run', 'engine.run(plain, command, { ports: [80] })'],
  ])('ends %s that is under way, and waits for it', async (_name, act) => {
    const result = (await host.run(`${during}
      const results = []
      for (const moment of ${JSON.stringify(moments)}) results.push(await closed((engine) => ${act}, moment))
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
      const result = await closed((engine) => engine.restart('again'), 'created')
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

describe('a run', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('collects what a terminal shows', async () => {
    const result = (await host.run(`
      const { stdout } = await engine.run(plain, ['sh', '-c', 'stty size; seq 20000'], { tty: { columns: 91, rows: 17 } })
      return stdout`)) as string
    const lines = result.trimEnd().split('\r\n')
    expect([lines[0], lines.length, lines.at(-1)]).toEqual(['17 91', 20_001, '20000'])
  })
})
