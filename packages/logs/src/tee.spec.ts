import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { LogTee, LogWriter, logLines, readLog } from './index.js'

describe('a tee', () => {
  let dir: string
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'cofferdam-tee-'))))
  afterEach(() => rmSync(dir, { recursive: true }))

  it('goes to the log without a listener, and to a listener from byte 0 when it comes at once', async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    stdout.write('one\ntw')
    const tee = new LogTee({ stdout, stderr }, new LogWriter(dir))
    const reading = text(tee.tap('stdout')!)
    stdout.end('o\n')
    stderr.end('oops\n')
    await tee.finish()
    expect(await reading).toBe('one\ntwo\n')
    const lines: string[] = []
    for await (const { stream, line } of logLines(readLog(dir))) lines.push(`${stream} ${line}`)
    expect(lines.sort()).toEqual(['stderr oops', 'stdout one', 'stdout two'])
  })
  it('is over although a stray process holds the pipe', async () => {
    const stdout = new PassThrough()
    stdout.write('last\n')
    const tee = new LogTee({ stdout }, new LogWriter(dir))
    await tee.finish(50)
    expect(stdout.destroyed).toBe(true)
  })
  it('slows its source down for a slow listener', async () => {
    const stdout = new PassThrough()
    const tee = new LogTee({ stdout }, new LogWriter(dir))
    const tap = tee.tap('stdout')
    for (let i = 0; i < 10; i++) stdout.write(Buffer.alloc(16 * 1024))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(tap?.readableLength).toBeLessThan(10 * 16 * 1024)
    tap?.destroy()
    stdout.end()
    await tee.finish()
  })
  it('goes to listeners although the log cannot be written, which is told once', async () => {
    writeFileSync(join(dir, 'file'), '')
    const stdout = new PassThrough()
    const told: unknown[] = []
    const tee = new LogTee({ stdout }, new LogWriter(join(dir, 'file/log')), (error) => told.push(error))
    const reading = text(tee.tap('stdout')!)
    stdout.write('one\n')
    await setImmediate()
    stdout.end('two\n')
    await tee.finish()
    expect(await reading).toBe('one\ntwo\n')
    expect(told).toEqual([expect.objectContaining({ code: 'ENOTDIR' })])
  })
})
