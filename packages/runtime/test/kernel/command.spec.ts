import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { Cgroup } from '@cofferdam/cgroups'
import { eventually, javaScript, requires, sourceFlags } from '@cofferdam/testing'
import { runtimeCommand } from '../support/command.js'
import { type World, world } from '../support/world.js'

const { describe } = requires({ root: true, commands: ['busybox'] })

describe('cofferdam-runtime', () => {
  let w: World
  let bundle: string
  beforeAll(async () => {
    w = await world()
    bundle = w.dir.join('bundle')
    mkdirSync(bundle)
    renameSync(w.rootfs, `${bundle}/rootfs`)
  })
  afterEach(() => expect(w.left()).toEqual([]))
  afterAll(async () => {
    await Cgroup.prune()
    await w[Symbol.asyncDispose]()
  })

  const command = (...argv: string[]) => runtimeCommand(['--root', w.runtime.root, ...argv])
  const configure = (change: (spec: ReturnType<World['spec']>) => void) => {
    const spec = w.spec(['sleep', '1000'], { rootfs: 'rootfs' })
    change(spec)
    writeFileSync(`${bundle}/config.json`, JSON.stringify(spec))
  }

  it('gives an id back whose create was killed midway, and not before', async () => {
    const file = w.dir.join('hook.pid')
    const id = `midway-${process.pid}`
    const hook = ['sh', '-c', `echo $$ > ${file}.new; mv ${file}.new ${file}; exec sleep 1000`]
    configure((spec) => (spec.hooks = { createRuntime: [{ path: '/bin/sh', args: hook }] }))
    const script = javaScript(`
      import { main } from './packages/runtime/src/command/main.js'
      await main(${JSON.stringify(['--root', w.runtime.root, 'create', '-b', bundle, id])})`)
    const maker: ChildProcess = spawn(process.execPath, [...sourceFlags, '--eval', script], {
      stdio: 'ignore',
    })
    const ended = once(maker, 'exit')
    try {
      await eventually(() => existsSync(file))
      const refused = await command('delete', '--force', id)
      expect(refused.exitCode).toBe(1)
      expect(refused.stderr).toContain('that is being made')
      expect(w.runtime.ids()).toEqual([id])
    } finally {
      maker.kill('SIGKILL')
      await ended
      process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL')
    }
    const cgroups = ['memory', 'unified', '.'].map((name) => `/sys/fs/cgroup/${name}/cofferdam/${id}`)
    ;(await command('delete', '--force', id)).ok()
    expect(cgroups.filter((path) => existsSync(path))).toEqual([])
    expect(w.runtime.ids()).toEqual([])
  })

  it('refuses a terminal without a console socket, and a socket without a terminal, before anything is made', async () => {
    const socket = w.dir.join('console')
    configure((spec) => (spec.process!.terminal = true))
    for (const argv of [['create'], ['run', '-d']]) {
      const result = await command(...argv, '-b', bundle, 'tty')
      expect([result.exitCode, result.stderr]).toEqual([1, expect.stringContaining('needs --console-socket')])
    }
    configure(() => {})
    for (const argv of [['create'], ['run', '-d'], ['run']]) {
      const result = await command(...argv, '-b', bundle, '--console-socket', socket, 'tty')
      expect([result.exitCode, result.stderr]).toEqual([1, expect.stringContaining('needs a terminal')])
    }
    expect(w.runtime.ids()).toEqual([])
  })

  it('stops what exec started when terminal or pid file cannot be given away', async () => {
    configure(() => {})
    await using container = await w.runtime.run('exec', { bundle })
    const processes = async () => {
      const { process, streams } = await container.exec(['ps'], { stdio: ['ignore', 'pipe', 'ignore'] })
      const seen = await text(streams.stdout!)
      await process.exited
      return seen.split('\n').filter((line) => line.includes('sleep 2000'))
    }
    const none = w.dir.join('none/file')
    for (const [options, words] of [
      [['-d', '-t'], 'needs --console-socket'],
      [['-d', '--console-socket', none], 'needs a terminal'],
      [['-d', '-t', '--console-socket', none], 'hand over'],
      [['-d', '--pid-file', none], 'ENOENT'],
      [['--pid-file', none], 'ENOENT'],
    ] as const) {
      const result = await command('exec', ...options, 'exec', 'sleep', '2000')
      expect([result.exitCode, result.stderr]).toEqual([255, expect.stringContaining(words)])
      expect(await processes()).toEqual([])
    }
  })

  it('gives the terminal of a process of exec to the console socket', async () => {
    configure(() => {})
    await using container = await w.runtime.run('exec', { bundle })
    const socket = w.dir.join('console')
    const server = createServer((connection) => connection.resume()).listen(socket)
    await once(server, 'listening')
    const connected = once(server, 'connection')
    const file = w.dir.join('pid')
    const argv = ['-d', '-t', '--console-socket', socket, '--pid-file', file]
    // What stays must not hold this test's pipes.
    const under = ['sh', '-c', 'exec "$@" >/dev/null 2>&1', 'sh']
    const exec = ['--root', w.runtime.root, 'exec', ...argv, container.id, 'sleep', '2000']
    ;(await runtimeCommand(exec, { under })).ok()
    await connected
    server.close()
    expect(readFileSync(file, 'utf8')).toMatch(/^[1-9]\d*$/)
  })
})
