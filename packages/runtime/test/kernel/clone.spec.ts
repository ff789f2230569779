import { readFileSync } from 'node:fs'
import { detectLayout } from '@cofferdam/cgroups'
import { requires, runCommand, sourceFlags } from '@cofferdam/testing'
import { type World, world } from '../support/world.js'

const machine = requires({ root: true, commands: ['busybox', 'strace'] })
const { describe } = requires({
  unless: machine.reason ?? (detectLayout().mode === 'v2' ? undefined : 'needs cgroup v2 alone'),
})

describe('clone3(2) on cgroup v2', () => {
  let w: World
  beforeAll(async () => (w = await world()))
  afterAll(() => w[Symbol.asyncDispose]())

  it('makes the process in its cgroup, which is never written to', async () => {
    const script = `
      import { Runtime } from '@cofferdam/runtime'
      const runtime = new Runtime({ root: ${JSON.stringify(w.runtime.root)}, cgroupParent: ${JSON.stringify(w.parent)} })
      await using container = await runtime.run(undefined, { spec: ${JSON.stringify(w.spec(['/bin/true']))} })
      await container.exited`
    const trace = w.dir.join('trace')
    const node = [process.execPath, ...sourceFlags, '--eval', script]
    const calls = 'trace=clone3,openat'
    ;(await runCommand(['strace', '-f', '--seccomp-bpf', '-qq', '-e', calls, '-o', trace, ...node])).ok()
    const lines = readFileSync(trace, 'utf8').split('\n')
    expect(lines.filter((line) => line.includes('CLONE_INTO_CGROUP'))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('cgroup.procs') && line.includes('O_WRONLY'))).toEqual([])
  })
})
