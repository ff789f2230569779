import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { kernelTest, requires, runScript } from '@cofferdam/testing'
import { launch } from '../../src/index.js'
import { PATH, processesWith, uniqueSleep } from './support.js'

/** The writable memory of a process, and its mappings (proc_pid_maps(5)). */
function memoryOf(pid: number): { maps: string[]; bytes: Buffer } {
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n')
  const fd = openSync(`/proc/${pid}/mem`, 'r')
  const parts = maps
    .filter((line) => / rw/.test(line))
    .map((line) => {
      const [begin = 0, end = 0] = (line.split(' ')[0] as string)
        .split('-')
        .map((hex) => Number.parseInt(hex, 16))
      const part = Buffer.alloc(end - begin)
      readSync(fd, part, 0, part.length, begin)
      return part
    })
  closeSync(fd)
  return { maps, bytes: Buffer.concat(parts) }
}

const { it: shipped } = requires({
  root: true,
  unless:
    process.env.COFFERDAM_NATIVE_BUILD === undefined
      ? undefined
      : 'reads all memory, and that of instrumented programs is boundless',
})

shipped('the small init of a container has nothing of other launches in its memory', async () => {
  const secret = `SECRET=${process.pid} not for others`
  const first = await launch({
    clone: { namespaces: ['pid'] },
    ops: [],
    exec: { args: ['true'], env: Array.from({ length: 500 }, () => secret), search: PATH },
  })
  await first.exited
  await first.stop()
  const second = await launch({
    clone: { namespaces: ['pid'] },
    ops: [],
    exec: { args: ['sleep', uniqueSleep()], env: ['OWN=1'], search: PATH, init: true },
  })
  const { maps, bytes } = memoryOf(second.pid)
  await second.stop()
  expect(maps.filter((line) => line.includes(' rw-s '))).toEqual([])
  expect(bytes.includes(secret)).toBe(false)
})

kernelTest('a launch that is aborted while it joins a pid namespace leaves no process', async () => {
  const holder = await launch({
    clone: { namespaces: ['pid'] },
    ops: [],
    exec: { args: ['sleep', uniqueSleep()], env: [], search: PATH },
  })
  const fd = openSync(`/proc/${holder.pid}/ns/pid`, 'r')
  const marker = uniqueSleep()
  for (let i = 0; i < 150; i++) {
    const abort = new AbortController()
    const launched = launch(
      {
        clone: { join: [{ kind: 'pid', fd }] },
        ops: [],
        exec: { args: ['sleep', marker], env: [], search: PATH },
      },
      { signal: abort.signal },
    )
    const end = performance.now() + (i % 30) * 0.05
    while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve))
    abort.abort()
    await launched.then(
      (process) => process.stop(),
      () => undefined,
    )
  }
  closeSync(fd)
  const left = processesWith(`sleep\0${marker}`)
  await holder.stop()
  expect(left).toEqual([])
})

kernelTest('a program that cannot be executed from its file leaves no zombie', async () => {
  const result = await runScript(
    `
    import { execFileSync } from 'node:child_process'
    import { readFileSync } from 'node:fs'
    import { dirname } from 'node:path'
    import { pipe, programPath } from '@cofferdam/sys'
    import { spawn } from '@cofferdam/process'
    pipe({ read: true }) // loads the addon, which cannot be mapped from there either
    const folder = dirname(programPath('init'))
    execFileSync('mount', ['--bind', folder, folder])
    execFileSync('mount', ['-o', 'remount,bind,noexec', folder])
    const p = await spawn(['true'])
    const { exitCode } = await p.exited
    const children = readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim().split(' ')
    const states = children.map((pid) => readFileSync('/proc/' + pid + '/stat', 'latin1').split(') ')[1][0])
    console.log(JSON.stringify({ exitCode, states }))`,
    { namespaces: ['mount'] },
  )
  const { exitCode, states } = result.json<{ exitCode: number; states: string[] }>()
  expect(exitCode).toBe(0)
  expect(states).not.toContain('Z')
})
