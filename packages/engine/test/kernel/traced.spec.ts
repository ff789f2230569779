import { readFileSync } from 'node:fs'
import { parseStrace, requires, strace, type TracedCall } from '@cofferdam/testing'
import { engineHost } from '../support/host.js'
import { busybox } from '../support/image.js'
import { between, executed, leaks, markAt, processes } from '../support/trace.js'

const needs = { root: true, network: true, files: [busybox], commands: ['strace', 'docker-registry'] }
const { describe } = requires(needs)

/** Calls that depend on how threads happen to run. */
const scheduling =
  /^(futex|epoll_pwait|epoll_ctl|poll|madvise|mmap|munmap|mprotect|brk|sched_yield|io_uring_enter)$/

/**
 * More than a warm start and end of a container with a network needs: Node with its threads (measured 467), the spawner
 * (28), the child until its program (418). A change that adds calls should say so here.
 */
const ceilings = { node: 560, spawner: 40, child: 460 }

describe('under strace', () => {
  let calls: readonly TracedCall[]
  let node: number
  beforeAll(async () => {
    await using host = await engineHost()
    const file = host.join('trace')
    await host.run(
      `
      const { accessSync } = await import('node:fs')
      const { startRegistry } = await import('@cofferdam/testing')
      const { buildImage, parseReference } = await import('@cofferdam/image')
      const { RegistryClient } = await import('@cofferdam/registry')
      const mark = (name) => { try { accessSync('/mark/' + name) } catch {} }
      const quick = { timeout: 1 }
      await using registry = await startRegistry()
      const named = parseReference(registry.host + '/app:1')
      {
        await using client = new RegistryClient()
        await buildImage(client.repository(named), { layers: [{ directory: args[0] }], reference: named })
      }
      mark('begin')
      await engine.pull(registry.host + '/app:1')
      await engine.run(plain, ['true'])
      mark('cold')
      await engine.run(plain, ['true'])
      mark('warm')
      const attached = await engine.start(plain, { command: ['sleep', '61'], ports: [80] })
      await attached.exec(['echo', 'attached'])
      await attached.stop(quick)
      const detached = await engine.start(plain, { command: ['sleep', '62'], detach: true })
      await detached.exec(['echo', 'detached'])
      await detached.stop(quick)
      await detached.remove()
      mark('end')`,
      { under: strace(file), args: [host.rootfs], timeoutMs: 120_000 },
    )
    calls = parseStrace(readFileSync(file, 'utf8'))
    node = calls[markAt(calls, 'begin')]!.pid
  }, 180_000)

  it('pull, run, start, exec, stop and rm execute init, layer and what containers run, nothing else', () => {
    expect(executed(between(calls, 'begin', 'end'))).toEqual([
      ...['init guard', 'layer', 'true', 'true'],
      ...['sleep 61', 'echo attached', 'init monitor', 'sleep 62', 'echo detached'],
    ])
  })

  it('a warm start is few system calls', () => {
    const owner = processes(calls)
    const all = between(calls, 'cold', 'warm')
    const window = all.filter(({ name }) => !scheduling.test(name))
    const child = all.find(({ name, args }) => name === 'execve' && args.includes('"true"'))!.pid
    const childCalls = window.filter(({ pid }) => pid === child)
    const count = {
      node: window.filter(({ pid }) => owner(pid) === node).length,
      spawner: window.filter(({ pid }) => owner(pid) !== node && pid !== child).length,
      child: childCalls.findIndex(({ name }) => name === 'execve') + 1,
    }
    for (const [part, ceiling] of Object.entries(ceilings)) {
      const calls = count[part as keyof typeof count]
      expect([part, calls > 10 && calls <= ceiling ? 'few' : calls]).toEqual([part, 'few'])
    }
  })

  it('no descriptor is made that a program executed later would have', () => {
    const window = between(calls, 'begin', 'end')
    const programs = new Set<number>()
    const found: string[] = []
    for (const [index, call] of window.entries()) {
      const { pid, name, args } = call
      if (/^execve/.test(name) && call.result === '0' && !/\["(init|layer)"/.test(args)) programs.add(pid)
      if (programs.has(pid) || !leaks(call)) continue
      // What the program is to have: the socket of init, standard streams and the blob of layer.
      const next = window.slice(index + 1).filter((other) => other.pid === pid)
      const executes = next.some((other) => other.name.startsWith('execve') && other.result === '0')
      const given = name === 'dup2' ? /, 3$/.test(args) : name === 'dup3' && /^\d+, [0-3], 0$/.test(args)
      if (!executes || !given) found.push(`${name}(${args}) = ${call.result}`)
    }
    expect(found).toEqual([])
    expect(window.filter((call) => call.args.includes('CLOEXEC')).length).toBeGreaterThan(100)
  })
})
