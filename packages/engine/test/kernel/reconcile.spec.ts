import { requires } from '@cofferdam/testing'
import { engineHost, type Host } from '../support/host.js'
import { busybox } from '../support/image.js'

const { describe } = requires({ root: true, network: true, files: [busybox] })

/** What the scripts tell. */
interface Told extends Record<
  'seen' | 'links' | 'before' | 'again' | 'mended' | 'after' | 'lists' | 'expected' | 'check' | 'open',
  unknown
> {
  readonly started: { readonly gone: string; readonly kept: string }
}

/** Starts a process that starts containers of both kinds, tells their ids and is then killed. */
const killed = `
  const { spawnSync } = await import('node:child_process')
  const { mkdirSync, readdirSync, renameSync, writeFileSync } = await import('node:fs')
  const { DatabaseSync } = await import('node:sqlite')
  const boot = readdirSync(root + '/run').find((name) => name.includes('-'))
  const other = spawnScript(root, \`
    const options = { command: ['sleep', '60'], ports: [80] }
    const gone = await engine.start(plain, options)
    const kept = await engine.start(plain, { ...options, autoRemove: false })
    say({ gone: gone.id, kept: kept.id })\`)
  const started = (await said(other).next()).value
  const die = async () => {
    other.kill('SIGKILL')
    await new Promise((resolve) => other.once('exit', resolve))
  }
  const unseen = (engine) => engine.list({ all: true }).map(({ id, status, exitCode, signal, pid, address }) =>
    ({ id, status, exitCode, signal, pid, address }))
  const close = async (engine) => {
    for (const { id } of engine.list({ all: true })) await engine.get(id).remove({ force: true })
    await engine.close()
  }
  const problems = (findings) => findings.map(({ kind, problem, repaired }) => kind + ' ' + problem.replace(/\\d+/g, 'N') + ' ' + repaired).sort()
`

describe('what a crash left', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('is mended by the next open', async () => {
    const { started, seen, links } = await host.run<Told>(`${killed}
      await die()
      // What a start killed between mount(2) and umount2(2) leaves before Linux 6.8.
      for (const id of [started.gone, started.kept])
        for (const _ of [1, 2]) spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', root + '/store/snapshots/' + id + '/merged'])
      const next = await Engine.open({ root })
      const seen = unseen(next)
      const links = spawnSync('ip', ['-br', 'link']).stdout.toString().split('\\n').filter((line) => /^c(v|of)/.test(line))
      const open = left(root)
      await close(next)
      return { started, seen, links, open }`)
    expect(seen).toEqual([{ id: started.kept, status: 'exited', exitCode: null, signal: null }])
    expect(links).toEqual([])
  })

  it('is told and mended by check', async () => {
    const result = await host.run<Told>(`${killed}
      await die()
      const next = await Engine.open({ root, reconcile: false })
      const before = await next.check()
      const again = await next.check()
      const mended = await next.check({ repair: true })
      const after = await next.check()
      await close(next)
      return { before: problems(before), again: problems(again), mended: problems(mended), after }`)
    const expected = [
      'container is running, but process N, which started it, is gone',
      'container is running, but process N, which started it, is gone',
      'network is in the kernel, but nobody uses it',
    ]
    expect(result.before).toEqual(expected.map((line) => `${line} false`))
    expect(result.again).toEqual(result.before)
    expect(result.mended).toEqual(expected.map((line) => `${line} true`))
    expect(result.after).toEqual([])
  })

  it('is mended once when several open at once, and what lives is left alone', async () => {
    const result = await host.run<Told>(`${killed}
      await die()
      const living = await engine.start(plain, { command: ['sleep', '60'], ports: [80] })
      const opens = Array.from({ length: 3 }, () => spawnScript(root, "say(engine.list({ all: true }).map(({ id }) => id).sort()); await engine.close()"))
      const lists = await Promise.all(opens.map(async (child) => (await said(child).next()).value))
      const served = await living.exec(['echo', 'alive'])
      const check = await engine.check()
      const expected = [started.kept, living.id].sort()
      await living.stop({ timeout: 0 })
      await engine.get(started.kept).remove()
      return { lists, expected, stdout: served.stdout, check }`)
    expect(result.lists).toEqual([result.expected, result.expected, result.expected])
    expect(result).toMatchObject({ stdout: 'alive\n', check: [] })
  })

  it('is not the container that was being started again, nor half of one that was being removed', async () => {
    const { seen, open, check } = await host.run<Told>(`
      const { existsSync } = await import('node:fs')
      const { DatabaseSync } = await import('node:sqlite')
      const options = { command: ['touch', '/kept'], detach: true }
      const [started, removed] = [await engine.start(plain, options), await engine.start(plain, options)]
      await started.finished()
      await removed.finished()
      // Processes that died: one after it had claimed the row for a start, one in the middle of a removal.
      const db = new DatabaseSync(root + '/store/state.db')
      db.prepare("UPDATE containers SET status = 'created', owner_pid = 1, owner_start = '0' WHERE id = ?").run(started.id)
      const other = spawnScript(root, \`
        const { watch } = await import('node:fs')
        watch(root + '/store/snapshots', () => process.kill(process.pid, 'SIGKILL'))
        await engine.get('\${removed.id}').remove()\`)
      await new Promise((resolve) => other.once('exit', resolve))
      const next = await Engine.open({ root })
      const seen = next.list({ all: true }).map(({ id, status }) => [id === started.id, status])
      const open = existsSync(root + '/store/snapshots/' + started.id + '/upper/kept')
      const check = await next.check()
      await next.get(started.id).remove()
      await next.close()
      return { seen, open, check }`)
    expect({ seen, open, check }).toEqual({ seen: [[true, 'exited']], open: true, check: [] })
  })

  it('is given back when its monitor has died, which may take a while', async () => {
    const { seen, check } = await host.run<Told>(`
      const { existsSync } = await import('node:fs')
      const { DatabaseSync } = await import('node:sqlite')
      const { id } = await engine.start(plain, { command: ['sleep', '60'], ports: [80], detach: true })
      const state = engine.roots.run + '/runtime/' + id
      // Its starter died before it had noted that it runs, and its monitor has not heard of that yet.
      const db = new DatabaseSync(root + '/store/state.db')
      const { owner_pid: monitor } = db.prepare('SELECT owner_pid FROM containers WHERE id = ?').get(id)
      process.kill(monitor, 'SIGSTOP')
      db.prepare("UPDATE containers SET status = 'created', started = NULL, owner_pid = 1, owner_start = '0' WHERE id = ?").run(id)
      const opening = Engine.open({ root })
      await eventually(() => !existsSync(state))
      setTimeout(() => process.kill(monitor, 'SIGCONT'), 200)
      await using next = await opening
      await eventually(() => !existsSync('/proc/' + monitor))
      return { seen: next.list({ all: true }), check: await next.check() }`)
    expect({ seen, check }).toEqual({ seen: [], check: [] })
  })

  it('is mended after a reboot: the database stays, all of /run is of another boot', async () => {
    const { started, seen, open, check } = await host.run<Told>(`${killed}
      await die()
      // The kernel forgot all; a run directory that is no tmpfs is still there, and so are files without a row.
      { await using next = await Engine.open({ root }) }
      const before = '00000000-0000-4000-8000-000000000000'
      renameSync(root + '/run/' + boot, root + '/run/' + before)
      const db = new DatabaseSync(root + '/store/state.db')
      db.prepare("UPDATE containers SET status = 'running', pid = 1, boot_id = ? WHERE id = ?").run(before, started.kept)
      db.close()
      mkdirSync(root + '/store/snapshots/' + started.gone + '/upper', { recursive: true })
      mkdirSync(root + '/store/containers/' + started.gone + '/log', { recursive: true })
      mkdirSync(root + '/store/images/layers/tmp/stale/fs', { recursive: true })
      writeFileSync(root + '/store/images/.ingest/stale', 'half of an index')
      const next = await Engine.open({ root })
      const seen = unseen(next)
      const check = await next.check()
      const open = [...readdirSync(root + '/run').filter((name) => name === before), ...readdirSync(root + '/store/images/.ingest'), ...left(root)]
      await close(next)
      return { started, seen, open, check }`)
    expect(seen).toEqual([{ id: started.kept, status: 'exited', exitCode: null, signal: null }])
    expect(open).toEqual([`store/snapshots/${started.kept}`, expect.stringMatching(/^row of .* \(exited\)$/)])
    expect(check).toEqual([])
  })
})
