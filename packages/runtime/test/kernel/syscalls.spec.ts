import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { requires, sourceFlags } from '@cofferdam/testing'
import { type World, world } from '../support/world.js'

const { describe } = requires({ commands: ['busybox', 'strace'] })

/** No start of a default container without a view of its cgroups needs more than this; a change that adds calls should say so here. */
const LIMIT = 330

describe('the system calls of a start', () => {
  let w: World
  let calls: string[]
  beforeAll(async () => {
    w = await world({ cgroups: 'disabled' })
    const spec = w.spec(['/bin/true'])
    spec.mounts = spec.mounts!.filter(({ type }) => type !== 'cgroup')
    const script = `
      import { Runtime } from '@cofferdam/runtime'
      const runtime = new Runtime({ root: ${JSON.stringify(w.runtime.root)}, cgroups: 'disabled' })
      const container = await runtime.run(undefined, { spec: ${JSON.stringify(spec)} })
      await container.exited
      await container.delete()`
    const trace = w.dir.join('trace')
    const node = [process.execPath, ...sourceFlags, '--eval', script]
    execFileSync('strace', ['-ff', '--seccomp-bpf', '-qq', '-e', 'trace=!futex', '-o', trace, ...node], {
      cwd: resolve(__dirname, '../..'),
    })
    const traces = readdirSync(w.dir.path).filter((name) => name.startsWith('trace.'))
    const started = (line: string) => line.startsWith('execve("/bin/true"')
    calls = traces
      .map((name) => readFileSync(w.dir.join(name), 'utf8').split('\n'))
      .find((lines) => lines.some(started)) as string[]
    calls = calls.slice(0, calls.findIndex(started) + 1)
  })
  afterAll(() => w[Symbol.asyncDispose]())

  it('are few', () => {
    expect(calls.length).toBeGreaterThan(50)
    expect(calls.length).toBeLessThan(LIMIT)
  })
  it.each([
    'unshare(CLONE_NEWCGROUP)',
    'fsopen("proc"',
    'fsopen("tmpfs"',
    'fsopen("devpts"',
    'fsopen("sysfs"',
    'mknodat(',
    'pivot_root(".", ".")',
    'umount2(".", MNT_DETACH)',
    'sethostname("cofferdam"',
    'prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN)',
    'capset(',
    'prctl(PR_SET_NO_NEW_PRIVS, 1',
    'seccomp(SECCOMP_SET_MODE_FILTER',
    'close_range(',
  ])('make the child do %s itself', (call) => {
    expect(calls.some((line) => line.includes(call))).toBe(true)
  })
  it('load the filter last', () => {
    const names = calls.map((line) => /^(\w+)/.exec(line)?.[1])
    expect(names.indexOf('seccomp')).toBeGreaterThan(names.lastIndexOf('capset'))
    expect(
      names.slice(names.indexOf('seccomp') + 1).filter((name) => name === 'mount' || name === 'prctl'),
    ).toEqual([])
  })
})
