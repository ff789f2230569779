import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { LogWriter, logLines, readLog } from '@cofferdam/logs'
import { Collector } from './collect.js'
import { ContainerExitError } from './exit-error.js'
import { Output } from './output.js'

describe('output', () => {
  let dir: string
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'cofferdam-output-'))))
  afterEach(() => rmSync(dir, { recursive: true }))

  it('goes to the log without a listener, and to a listener from byte 0 when it comes at once', async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    stdout.write('one\ntw')
    const output = new Output({ stdout, stderr }, new LogWriter(dir))
    const seen = new Collector(100, () => {})
    const reading = seen.read(output.tap('stdout'))
    stdout.end('o\n')
    stderr.end('oops\n')
    await output.finish()
    await reading
    expect(seen.text).toBe('one\ntwo\n')
    const lines: string[] = []
    for await (const { stream, line } of logLines(readLog(dir))) lines.push(`${stream} ${line}`)
    expect(lines.sort()).toEqual(['stderr oops', 'stdout one', 'stdout two'])
  })
  it('is over although a stray process holds the pipe', async () => {
    const stdout = new PassThrough()
    stdout.write('last\n')
    const output = new Output({ stdout }, new LogWriter(dir))
    await output.finish(50)
    expect(stdout.destroyed).toBe(true)
  })
  it('slows its source down for a slow listener', async () => {
    const stdout = new PassThrough()
    const output = new Output({ stdout }, new LogWriter(dir))
    const tap = output.tap('stdout')
    for (let i = 0; i < 10; i++) stdout.write(Buffer.alloc(16 * 1024))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(tap?.readableLength).toBeLessThan(10 * 16 * 1024)
    tap?.destroy()
    stdout.end()
    await output.finish()
  })
})

it('collects up to a limit and says so once', async () => {
  let overflows = 0
  const collector = new Collector(5, () => overflows++)
  const stream = new PassThrough()
  stream.write('abc')
  stream.write('def')
  stream.end('ghi')
  await collector.read(stream)
  expect([collector.text, collector.overflow, overflows]).toEqual(['abcde', true, 1])
})

it('an exit error has the fields of the result', () => {
  const error = new ContainerExitError({
    stdout: '',
    stderr: 'no such file\n',
    exitCode: 2,
    signal: null,
    oomKilled: false,
    durationMs: 1,
    timedOut: false,
    isCanceled: false,
    failed: true,
    command: ['ls', '/x'],
    usage: { memoryPeak: undefined, cpuMs: undefined },
  })
  expect(error).toMatchObject({
    code: 'ERR_CONTAINER_EXIT',
    exitCode: 2,
    shortMessage: 'ls /x: exited with 2',
  })
  expect(error.message).toBe('ls /x: exited with 2\nno such file')
})
