import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
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
})
