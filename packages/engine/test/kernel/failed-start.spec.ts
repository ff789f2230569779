import { requires } from '@cofferdam/testing'
import { engineHost, type Host } from '../support/host.js'
import { busybox } from '../support/image.js'

const { describe } = requires({ root: true, network: true, files: [busybox] })

/** Makes what follows a launch fail: the record of it in the database, or the detaching from the monitor. */
const failing = `
  const { DatabaseSync } = await import('node:sqlite')
  const { startMonitor } = await import('@cofferdam/supervisor')
  const { mkdirSync } = await import('node:fs')
  const db = new DatabaseSync(root + '/store/state.db', { timeout: 5000 })
  const unrecorded = async (attempt) => {
    db.exec("CREATE TRIGGER refused BEFORE UPDATE ON containers WHEN NEW.status = 'running' BEGIN SELECT RAISE(ABORT, 'refused'); END")
    const failure = await fails(attempt)
    db.exec('DROP TRIGGER refused')
    return failure
  }
  const undetached = async (attempt) => {
    const monitor = await startMonitor({ directory: root + '/../monitor', cgroup: false })
    const prototype = Object.getPrototypeOf(monitor)
    await monitor.close()
    const { detach } = prototype
    prototype.detach = async () => { throw new Error('refused') }
    const failure = await fails(attempt)
    prototype.detach = detach
    return failure
  }
  const command = ['sh', '-c', 'echo run >> /count; wc -l < /count; sleep 60']
  const options = { command, ports: ['18080:80'], name: 'db', limits: { memory: '32MiB' } }
`

describe('a start that fails after the launch', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('leaves nothing of a new container', async () => {
    const result = await host.run(`${failing}
      const failures = [
        await unrecorded(engine.start(plain, options)),
        await unrecorded(engine.run(plain, command, { ...options, command: undefined })),
        await unrecorded(engine.start(plain, { ...options, detach: true })),
        await undetached(engine.start(plain, { ...options, detach: true, tty: true })),
      ]
      const rows = engine.list({ all: true })
      const free = await engine.run(plain, ['true'], { ports: ['18080:80'], name: 'db' })
      return { messages: failures.map(({ message }) => message.replace(/^.*: /, '')), rows, free: free.exitCode }`)
    expect(result).toEqual({ messages: Array(4).fill('refused'), rows: [], free: 0 })
  })

  it('keeps the row while something cannot be given back, for the next open', async () => {
    const result = await host.run(`
      const { Cgroup } = await import('@cofferdam/cgroups')
      const { delete: remove } = Cgroup.prototype
      Cgroup.prototype.delete = async () => { throw new Error('busy') }
      const { code } = await fails(engine.start(plain, { command: ['nosuch'], limits: { pids: 8 } }))
      Cgroup.prototype.delete = remove
      const rows = engine.list({ all: true }).map(({ status }) => status)
      const problems = (await engine.check()).map(({ kind }) => kind)
      await using next = await Engine.open({ root })
      return { code, rows, problems, then: next.list({ all: true }) }`)
    expect(result).toEqual({
      code: 'ERR_PROGRAM_NOT_FOUND',
      rows: ['created'],
      problems: ['container'],
      then: [],
    })
  })

  it('tells why it failed also where the database refuses to undo it, which the next open does', async () => {
    const result = await host.run(`${failing}
      db.exec("CREATE TRIGGER unclaimed BEFORE UPDATE OF owner_pid ON containers WHEN OLD.status = 'running' BEGIN SELECT RAISE(ABORT, 'unclaimed'); END")
      const { message } = await undetached(engine.start(plain, { ...options, detach: true, autoRemove: true }))
      db.exec('DROP TRIGGER unclaimed')
      const rows = engine.list({ all: true }).map(({ status }) => status)
      await using next = await Engine.open({ root })
      return { message, rows, then: next.list({ all: true }) }`)
    expect(result).toEqual({ message: 'refused', rows: ['running'], then: [] })
  })

  it('leaves a container that was started again as it was, with its changes', async () => {
    const result = await host.run(`${failing}
      const first = await engine.start(plain, { ...options, command: ['sh', '-c', 'echo run >> /count; wc -l < /count'], detach: true })
      await first.finished()
      const failures = [await unrecorded(engine.restart('db')), await undetached(engine.restart('db'))]
      const { status, ports } = engine.get('db').inspect()
      const again = await engine.restart('db')
      await again.finished()
      const lines = []
      for await (const { line } of again.logs()) lines.push(line)
      await again.remove()
      return { messages: failures.map(({ message }) => message.replace(/^.*: /, '')), status, ports, last: lines.at(-1) > 1 }`)
    expect(result).toEqual({ messages: ['refused', 'refused'], status: 'exited', ports: [], last: true })
  })
})
