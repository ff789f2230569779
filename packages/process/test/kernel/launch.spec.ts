import { execFileSync, spawn as spawnNode } from 'node:child_process'
import { constants, openSync, readFileSync, readdirSync, writeSync } from 'node:fs'
import { eventually, requires, runScript, tempDirSync } from '@cofferdam/testing'
import { closeFd, pipe } from '@cofferdam/sys'
import { launch, type LaunchPlan, type Op } from '../../src/index.js'
import { isRoot, namespaced, PATH, processesWith, shell, uniqueSleep } from './support.js'

const gate = requires({})
const dir = tempDirSync('launch')
const program = (args: string[], ops: Op[] = []): LaunchPlan => ({
  ops,
  exec: { args, env: [], search: PATH },
})

gate.describe('barriers', () => {
  it('hold the process, in order, with its pid', async () => {
    const seen: unknown[] = []
    const { stdout } = await shell(
      [{ op: 'barrier', name: 'one' }, { op: 'hostname', name: 'late' }, { op: 'waitForStart' }],
      'hostname',
      { clone: namespaced(['uts', 'pid']) },
      {
        onCloned: ({ pid }) => void seen.push(readFileSync(`/proc/${pid}/comm`, 'utf8')),
        barriers: {
          one: ({ pid }) =>
            void seen.push('one', readFileSync(`/proc/${pid}/status`, 'utf8').includes('NSpid')),
          start: async () => {
            await new Promise((resolve) => setImmediate(resolve))
            seen.push('start')
          },
        },
      },
    )
    expect(seen).toEqual([expect.any(String), 'one', true, 'start'])
    expect(stdout).toBe('late\n')
  })
  it('that fail end the launch with their error', async () => {
    const failure = new Error('no')
    const plan = program(['sleep', uniqueSleep()], [{ op: 'barrier', name: 'stop' }])
    const attempt = launch(plan, { barriers: { stop: () => Promise.reject(failure) } })
    await expect(attempt).rejects.toBe(failure)
  })
  it('end with the signal', async () => {
    const controller = new AbortController()
    const plan = program(['sleep', uniqueSleep()], [{ op: 'barrier', name: 'wait' }])
    let pid = 0
    const attempt = launch(plan, {
      signal: controller.signal,
      barriers: {
        wait: (process) => {
          pid = process.pid
          controller.abort()
          return new Promise(() => {})
        },
      },
    })
    await expect(attempt).rejects.toMatchObject({ name: 'AbortError' })
    expect(() => process.kill(pid, 0)).toThrow()
  })
})

gate.describe('hooks', () => {
  it('run inside the namespaces with stdin and environment', async () => {
    const file = dir.join('hook')
    await shell(
      [
        { op: 'hostname', name: 'inside' },
        {
          op: 'hook',
          path: '/bin/sh',
          args: ['sh', '-c', `(cat; hostname; echo $A) > ${file}`],
          env: ['A=b'],
          stdin: '{"id":1}\n',
        },
      ],
      'true',
      { clone: namespaced(['uts', 'pid']) },
    )
    expect(readFileSync(file, 'utf8')).toBe('{"id":1}\ninside\nb\n')
  })
  it.each([
    ['that fail', 'echo the reason >&2; exit 3', undefined, { errno: 'ECANCELED', hint: 'the reason' }],
    ['that take too long', 'exec sleep 100', 10, { errno: 'ETIMEDOUT' }],
  ])('%s end the launch', async (_name, script, timeout, expected) => {
    const hook: Op = {
      op: 'hook',
      path: '/bin/sh',
      args: ['sh', '-c', script],
      ...(timeout === undefined ? {} : { timeout }),
    }
    await expect(launch(program(['true'], [hook]))).rejects.toMatchObject({ code: 'ERR_HOOK', ...expected })
  })
  it('may write more than a pipe holds', async () => {
    const script =
      'i=0; while [ $i -lt 3000 ]; do echo $i: as long as a line of a hook may well be for once || exit 9; i=$((i+1)); done'
    const hook: Op = { op: 'hook', path: '/bin/sh', args: ['sh', '-c', script], timeout: 60_000 }
    const process = await launch(program(['true'], [hook]))
    expect(await process.exited).toMatchObject({ exitCode: 0 })
    await process.stop()
  })
  it('of one launch do not hold up another', async () => {
    const order: string[] = []
    const fifo = dir.join('fifo')
    execFileSync('mkfifo', [fifo])
    const hook: Op = { op: 'hook', path: '/bin/sh', args: ['sh', '-c', `read x < ${fifo}`] }
    const slow = launch(program(['true'], [hook])).then(async (process) => {
      order.push('slow started')
      await process.exited
      await process.stop()
    })
    const quick = await launch(program(['true']))
    await quick.exited
    order.push('quick ended')
    await quick.stop()
    const fd = openSync(fifo, constants.O_WRONLY)
    writeSync(fd, 'go\n')
    closeFd(fd)
    await slow
    expect(order).toEqual(['quick ended', 'slow started'])
  })
})

gate.describe('waitForStart', () => {
  it('on a pipe', async () => {
    const { read, write } = pipe()
    const started = launch(program(['true'], [{ op: 'waitForStart', fd: read }]), {
      barriers: { start: () => void writeSync(write, 'x') },
    })
    const process = await started
    expect(await process.exited).toMatchObject({ exitCode: 0 })
    await process.stop()
    closeFd(read)
    closeFd(write)
  })
})

gate.describe('detached', () => {
  it('outlives its starter, is adopted by the subreaper above and starts by its FIFO', async () => {
    const [fifo, sleep] = [dir.join('start'), uniqueSleep()]
    execFileSync('mkfifo', [fifo])
    const result = await runScript(`
      import { openSync } from 'node:fs'
      import { launch } from '@cofferdam/process'
      const fd = openSync(${JSON.stringify(fifo)}, 'r+')
      const reached = new Promise((resolve) => {
        launch({
          detached: true,
          clone: ${JSON.stringify(namespaced(['pid', 'mount']))},
          ops: [{ op: 'waitForStart', fd }],
          exec: { args: ['sleep', '${sleep}'], env: [], search: ['/bin', '/usr/bin'] },
        }, { barriers: { start: resolve } }).catch(() => {})
      })
      const { pid } = await reached
      console.log(JSON.stringify(pid))
      process.exit(0)`)
    const pid = result.json<number>()
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).not.toContain('sleep')
    const fd = openSync(fifo, 'w')
    writeSync(fd, 'x')
    closeFd(fd)
    expect(await eventually(() => processesWith(`sleep\0${sleep}`)[0])).toBe(pid)
    process.kill(pid, 'SIGKILL')
    expect(await eventually(() => processesWith(sleep).length === 0)).toBe(true)
  })
})

gate.describe('leaks', () => {
  it('none after many launches, good and bad', async () => {
    const result = await runScript(
      `
      import { launch, spawn } from '@cofferdam/process'
      import { readdirSync, readFileSync } from 'node:fs'
      const fds = (pid) => readdirSync('/proc/' + pid + '/fd').length
      const children = (pid) => readFileSync('/proc/' + pid + '/task/' + pid + '/children', 'utf8').trim()
      const rss = (pid) => Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync('/proc/' + pid + '/status', 'utf8'))[1])
      const all = { namespaces: ['mount', 'pid', 'ipc', 'uts'] }
      const once = async (i) => {
        if (i % 4 === 3) { await spawn(['nosuch']).catch(() => {}); return }
        const options = i % 4 === 2 ? { pty: true } : { stdio: i % 2 ? 'ignore' : 'pipe', namespaces: i % 2 ? { pid: true, mount: true, uts: true${isRoot ? '' : ", user: { map: 'self' }"} } : {} }
        const p = await spawn(['true'], options)
        await p.exited
        await p.stop()
      }
      for (let i = 0; i < 40; i++) await once(i)
      globalThis.gc(); await new Promise((r) => setTimeout(r, 50))
      const guard = children(process.pid).split(' ')[0], spawner = children(guard)
      const before = [fds(process.pid), fds(spawner), rss(spawner)]
      for (let i = 0; i < 300; i++) await once(i)
      await Promise.all(Array.from({ length: 100 }, (_, i) => once(i)))
      globalThis.gc(); await new Promise((r) => setTimeout(r, 50))
      console.log(JSON.stringify({ before, after: [fds(process.pid), fds(spawner), rss(spawner)], left: [children(spawner), children(guard) === spawner] }))`,
      { flags: ['--expose-gc'] },
    )
    const { before, after, left } = result.json<{ before: number[]; after: number[]; left: unknown[] }>()
    expect(left).toEqual(['', true])
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect((after[2] as number) - (before[2] as number)).toBeLessThan(1024)
  })
})

gate.describe('exec by descriptor', () => {
  it('runs an open program with a directory as its root', async () => {
    const fd = openSync('/bin/busybox', constants.O_RDONLY)
    const empty = dir.join('empty')
    execFileSync('mkdir', [empty])
    const process = await launch({
      clone: namespaced(['mount', 'pid', 'network', 'ipc']),
      ops: [
        { op: 'propagation', mode: 'slave', recursive: true },
        { op: 'root', path: empty },
        { op: 'pivotRoot' },
      ],
      exec: { args: ['ls', '/'], env: [], fd },
    })
    expect(await process.exited).toMatchObject({ exitCode: 0 })
    await process.stop()
    closeFd(fd)
    expect(readdirSync(empty)).toEqual([])
  })
})

gate.describe('a foreign program', () => {
  it('cannot be overwritten through /proc/PID/exe of the launcher', async () => {
    const node = spawnNode('true')
    node.kill()
    let result: unknown
    await launch(program(['true'], [{ op: 'barrier', name: 'look' }]), {
      barriers: {
        look: ({ pid }) => {
          try {
            closeFd(openSync(`/proc/${pid}/exe`, constants.O_WRONLY))
            result = 'opened'
          } catch (error) {
            result = (error as { code: string }).code
          }
        },
      },
    }).then((process) => process.stop())
    expect(result).toMatch(/EROFS|ETXTBSY|EPERM/)
  })
})

afterAll(() => dir.remove())
