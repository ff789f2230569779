import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from '@cofferdam/process'
import { readLog } from '@cofferdam/logs'
import { readProcessStat } from '@cofferdam/sys'
import { kernelTest, tempDir } from '@cofferdam/testing'
import { connect, monitorAlive, replay, startDetached, startMonitor } from '../../src/index.js'
import { end, gone, lines, shell, textOf, until } from './fixture.js'

const COUNT = 1_500_000
/** What `seq` writes: 10.9 MB, as fast as it is read. */
const numbers = `while [ ! -e go ]; do sleep 0.05; done; exec seq ${COUNT}`
function expected(): string {
  const hash = createHash('sha256')
  for (let i = 1; i <= COUNT; i++) hash.update(`${i}\n`)
  return hash.digest('hex')
}
const ticks = (pid: number) => readProcessStat(pid)?.ticks ?? 0

async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of stream) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

describe('the log', () => {
  kernelTest(
    'is followed from byte 0 across rotations while the container writes as fast as it can',
    async () => {
      await using dir = await tempDir()
      const log = { directory: dir.join('log'), maxFileSize: 1 << 20, maxFiles: 100 }
      const monitor = await startDetached(shell(`echo first >&2; exec seq ${COUNT}`), {
        directory: dir.join('m'),
        log,
        cgroup: false,
      })
      const hash = createHash('sha256')
      let first = ''
      let dropped = 0
      for await (const frame of readLog(log.directory, { follow: true })) {
        if (frame.stream === 'stdout') hash.update(frame.data)
        if (frame.stream === 'stderr') first += Buffer.from(frame.data).toString()
        dropped += frame.dropped ?? 0
      }
      expect(hash.digest('hex')).toBe(expected())
      expect([first, dropped]).toEqual(['first\n', 0])
      expect(readdirSync(log.directory).length).toBeGreaterThan(10)
      expect(await monitor.wait()).toMatchObject({ exitCode: 0 })
      await gone(monitor)
    },
    60_000,
  )

  kernelTest('keeps as many files as asked for', async () => {
    await using dir = await tempDir()
    const log = { directory: dir.join('log'), maxFileSize: 1 << 18, maxFiles: 3 }
    const monitor = await startDetached(shell('exec seq 500000'), {
      directory: dir.join('m'),
      log,
      cgroup: false,
    })
    await monitor.wait()
    await gone(monitor)
    expect(readdirSync(log.directory)).toHaveLength(3)
    expect((await lines(log.directory)).at(-1)).toBe('stdout: 500000')
  })

  kernelTest(
    'has what a descendant writes that holds the output open, and ends without waiting for it',
    async () => {
      await using dir = await tempDir()
      const log = { directory: dir.join('log') }
      const script = 'echo main; (sleep 0.3; echo later; exec setsid sleep 600) & exit 4'
      const monitor = await startDetached(shell(script, []), { directory: dir.join('m'), log, cgroup: false })
      expect(await monitor.wait()).toMatchObject({ exitCode: 4 })
      // A client that comes between the end and the last output hears of it too.
      await using late = await connect(dir.join('m'))
      expect(await late.wait()).toMatchObject({ exitCode: 4 })
      expect(monitorAlive(dir.join('m'))).toBe(true)
      await gone(monitor)
      expect(await lines(log.directory)).toEqual(['stdout: main', 'stdout: later'])
    },
  )
})

describe('output', () => {
  kernelTest('that others go on to write does not keep the monitor', async () => {
    await using dir = await tempDir()
    const log = { directory: dir.join('log'), maxFileSize: 1 << 20, maxFiles: 2 }
    const monitor = await startMonitor({ directory: dir.join('m'), log, cgroup: false })
    const flood = spawn('yes', [], { stdio: ['ignore', monitor.stdio[1] as number, 'ignore'] })
    const flooded = once(flood, 'exit')
    const process = await launch(shell('exit 3')(monitor.stdio), { spawner: monitor.spawner })
    monitor.started(process.pid)
    await monitor.detach()
    expect(await monitor.wait()).toMatchObject({ exitCode: 3 })
    await gone(monitor)
    expect(await flooded).toEqual([null, 'SIGPIPE'])
    await monitor.close()
  })
})

describe('attached clients', () => {
  kernelTest(
    'get everything, one that reads and one that stalls, and neither holds up the container',
    async () => {
      await using dir = await tempDir()
      const monitor = await startDetached(shell(`cd ${dir.path}; ${numbers}`), {
        directory: dir.join('m'),
        log: { directory: dir.join('log'), maxFileSize: 1 << 22, maxFiles: 20 },
        cgroup: false,
      })
      await using other = await connect(dir.join('m'))
      const reads = await monitor.attach({ stderr: false })
      const stalls = await other.attach({ stderr: false })
      const { writeFile } = await import('node:fs/promises')
      const all = hashOf(reads.stdout!)
      await writeFile(dir.join('go'), '')
      expect(await monitor.wait()).toMatchObject({ exitCode: 0 })
      expect(await all).toBe(expected())
      await gone(monitor)
      expect(await hashOf(stalls.stdout!)).toBe(expected())
      expect(stalls.lags).toBeGreaterThan(0)
    },
    60_000,
  )

  kernelTest('see what is written from their position on; the log has what was before', async () => {
    await using dir = await tempDir()
    const monitor = await startDetached(shell('echo before; read a; echo got $a; read b; exit 3'), {
      directory: dir.join('m'),
      log: { directory: dir.join('log') },
      stdin: true,
      cgroup: false,
    })
    await using other = await connect(dir.join('m'))
    for await (const { data } of readLog(dir.join('log'), { follow: true })) {
      expect(Buffer.from(data).toString()).toBe('before\n')
      break
    }
    const client = await other.attach({ stdin: true, closeStdin: true })
    const before: string[] = []
    for await (const { data } of readLog(dir.join('log'), { until: client.position })) {
      before.push(Buffer.from(data).toString())
    }
    expect(before).toEqual(['before\n'])
    const from = { file: 1, offset: 0 }
    const whole = await other.attach({ from })
    client.stdin!.write('hello\n')
    expect(await until(client.stdout!, /\n/)).toBe('got hello\n')
    client.stdin!.end()
    expect(await monitor.wait()).toMatchObject({ exitCode: 3 })
    expect(await textOf(client.stdout)).toBe('')
    const late = replay(dir.join('m'), from)
    await gone(monitor)
    expect(await textOf(whole.stdout)).toBe('before\ngot hello\n')
    expect([await textOf(late.stdout), await textOf(late.stderr)]).toEqual(['before\ngot hello\n', ''])
  })

  kernelTest('may detach, and the container reads on from the next', async () => {
    await using dir = await tempDir()
    const monitor = await startDetached(shell('while read line; do echo "<$line>"; done; exit 5'), {
      directory: dir.join('m'),
      stdin: true,
      cgroup: false,
    })
    const first = await monitor.attach({ stdin: true, closeStdin: true })
    first.stdin!.write('one\n')
    await until(first.stdout!, /<one>\n/)
    await first.detach()
    const second = await monitor.attach({ stdin: true })
    second.stdin!.write('two\n')
    await until(second.stdout!, /<two>\n/)
    await end(monitor)
  })

  kernelTest('have flow control on standard input', async () => {
    await using dir = await tempDir()
    const monitor = await startDetached(shell(`sleep 0.5; exec sha256sum`), {
      directory: dir.join('m'),
      stdin: true,
      cgroup: false,
    })
    const client = await monitor.attach({ stdin: true, closeStdin: true })
    const data = Buffer.alloc(3_000_000, 'abcdefg')
    client.stdin!.end(data)
    const text = await textOf(client.stdout)
    expect(text.slice(0, 64)).toBe(createHash('sha256').update(data).digest('hex'))
    expect(await monitor.wait()).toMatchObject({ exitCode: 0 })
    await gone(monitor)
  })
})

describe('a terminal', () => {
  kernelTest('is attached to, typed at and resized', async () => {
    await using dir = await tempDir()
    const monitor = await startDetached(shell('read a; stty size; echo "[$a]"; read b; exit 6'), {
      directory: dir.join('m'),
      stdio: 'terminal',
      log: { directory: dir.join('log') },
      cgroup: false,
    })
    expect(monitor.terminal).toBe(true)
    await using other = await connect(dir.join('m'))
    expect(other.terminal).toBe(true)
    const client = await other.attach({ stdin: true })
    expect(client.stderr).toBeUndefined()
    await other.resize(132, 43)
    client.stdin!.write('hi\n')
    expect(await until(client.stdout!, /\[hi\]/)).toContain('43 132')
    client.stdin!.write('\x04')
    expect(await monitor.wait()).toMatchObject({ exitCode: 6 })
    await gone(monitor)
    expect((await lines(dir.join('log'))).join()).toContain('[hi]')
  })

  kernelTest('may be closed by everyone and opened again, like /dev/console by an init', async () => {
    await using dir = await tempDir()
    const script =
      't=$(tty); echo one; exec <&- >&- 2>&-; sleep 0.3; echo two >$t; sleep 0.3; echo three >$t; exit 7'
    const monitor = await startDetached(shell(script), {
      directory: dir.join('m'),
      stdio: 'terminal',
      log: { directory: dir.join('log') },
      cgroup: false,
    })
    const client = await monitor.attach()
    const text = textOf(client.stdout)
    expect(await monitor.wait()).toMatchObject({ exitCode: 7 })
    await gone(monitor)
    expect(await lines(dir.join('log'))).toEqual(['stdout: one', 'stdout: two', 'stdout: three'])
    expect(await text).toContain('three')
  })

  kernelTest('that nobody has open keeps what is typed until somebody reads, and costs nothing', async () => {
    await using dir = await tempDir()
    const script = `
      t=$(tty); cd ${dir.path}; exec <&- >&- 2>&-
      while [ ! -e go ]; do sleep 0.05; done
      exec <$t; n=0; while [ $n -lt 8000 ]; do read x; n=$((n+1)); done; exit 9`
    const monitor = await startDetached(shell(script), {
      directory: dir.join('m'),
      stdio: 'terminal',
      log: { directory: dir.join('log') },
      cgroup: false,
    })
    const client = await monitor.attach({ stdin: true })
    client.stdout!.resume()
    client.stdin!.write('typed\n'.repeat(8000))
    await sleep(200)
    const before = ticks(monitor.monitorPid)
    await sleep(500)
    expect(ticks(monitor.monitorPid) - before).toBeLessThan(10)
    writeFileSync(dir.join('go'), '')
    expect(await monitor.wait()).toMatchObject({ exitCode: 9 })
    await gone(monitor)
  })

  kernelTest('that is none has no size', async () => {
    await using dir = await tempDir()
    const monitor = await startDetached(shell('sleep 60'), { directory: dir.join('m'), cgroup: false })
    await expect(monitor.resize(80, 25)).rejects.toMatchObject({ errno: 'ENOTTY' })
    await end(monitor)
  })
})
