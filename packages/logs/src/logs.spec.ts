import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import {
  LogWriter,
  decodeFrames,
  encodeFrame,
  logLines,
  readLog,
  renderJsonFile,
  tailLines,
  type LogFrame,
  type LogLine,
} from './index.js'

const text = (value: string) => new TextEncoder().encode(value)
const all = async <T>(iterable: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = []
  for await (const item of iterable) items.push(item)
  return items
}
async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

const frames = fc.array(
  fc.record({
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    time: fc.bigInt({ min: 0n, max: 2n ** 63n }),
    data: fc.uint8Array({ maxLength: 50 }),
  }),
)

describe('frames', () => {
  it('survive any cut', () => {
    fc.assert(
      fc.property(frames, fc.nat(), (given, at) => {
        const bytes = Buffer.concat(given.map(encodeFrame))
        const cut = at % (bytes.length + 1)
        const first = decodeFrames(bytes.subarray(0, cut))
        const second = decodeFrames(bytes.subarray(first.used))
        const got = [...first.frames, ...second.frames].map(({ stream, time, data }) => ({
          stream,
          time,
          data: new Uint8Array(data),
        }))
        expect(got).toEqual(given)
      }),
    )
  })
  it('carry a count of lost records and an end', () => {
    const bytes = Buffer.concat([
      encodeFrame({ stream: 'system', time: 1n, dropped: 7, data: new Uint8Array() }),
      encodeFrame({ stream: 'system', time: 2n, end: true, data: new Uint8Array() }),
    ])
    expect(decodeFrames(bytes).frames).toMatchObject([{ dropped: 7 }, { end: true }])
  })
  it('refuses what no writer wrote', () => {
    expect(() => decodeFrames(new Uint8Array(16).fill(255))).toThrow(
      expect.objectContaining({ code: 'ERR_LOG_FRAME' }),
    )
  })
})

describe('a part of a log', () => {
  const frame = (value: string): LogFrame => ({ stream: 'stdout', time: 1n, data: text(value) })
  const read = async (dir: string, options: Parameters<typeof readLog>[1]) =>
    (await all(readLog(dir, options))).map(({ data }) => Buffer.from(data).toString()).join('')
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'logs-'))
    // Records at 0, 17 and 35 of the first file, at 0 of the second.
    writeFileSync(
      join(dir, '00000002.log'),
      Buffer.concat(['a', 'bb', 'c'].map((one) => encodeFrame(frame(one)))),
    )
    writeFileSync(join(dir, '00000003.log'), encodeFrame(frame('d')))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it('begins and ends at records', async () => {
    expect(await read(dir, { from: { file: 2, offset: 17 } })).toBe('bbcd')
    expect(await read(dir, { until: { file: 2, offset: 35 } })).toBe('abb')
    expect(await read(dir, { from: { file: 2, offset: 35 }, until: { file: 3, offset: 0 } })).toBe('c')
    expect(await read(dir, { until: { file: 3, offset: 17 }, follow: true })).toBe('abbcd')
    expect(await read(dir, { from: { file: 3, offset: 17 } })).toBe('')
  })
  it('is refused when its beginning was rotated away', async () => {
    await expect(read(dir, { from: { file: 1, offset: 0 } })).rejects.toMatchObject({ code: 'ERR_LOG_GONE' })
  })
})

describe('lines', () => {
  it('are whole whatever the records', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[a-z]{0,9}$/), { minLength: 1 }),
        fc.integer({ min: 1, max: 7 }),
        async (lines, step) => {
          const bytes = text(lines.map((line) => `${line}\n`).join(''))
          const cut: LogFrame[] = []
          for (let at = 0; at < bytes.length; at += step)
            cut.push({ stream: 'stdout', time: BigInt(at), data: bytes.subarray(at, at + step) })
          expect((await all(logLines(from(cut)))).map((entry) => entry.line)).toEqual(lines)
        },
      ),
    )
  })
  it('keep streams apart and yield a last line without end', async () => {
    const cut = [
      ['stdout', 'a'],
      ['stderr', 'x\ny'],
      ['stdout', 'b\r\nc'],
    ].map(([stream, data], index) => ({
      stream: stream as 'stdout',
      time: BigInt(index),
      data: text(data as string),
    }))
    const lines = await all(logLines(from(cut)))
    expect(lines.map(({ stream, line, time }) => [stream, line, time])).toEqual([
      ['stderr', 'x', 1n],
      ['stdout', 'ab', 0n],
      ['stderr', 'y', 1n],
      ['stdout', 'c', 2n],
    ])
    expect((await all(tailLines(from<LogLine>(lines), 2))).map((entry) => entry.line)).toEqual(['y', 'c'])
  })
  it('render as json-file', () => {
    expect(renderJsonFile({ stream: 'stdout', time: 1_700_000_000_123_456_789n, line: 'hi' })).toBe(
      '{"log":"hi\\n","stream":"stdout","time":"2023-11-14T22:13:20.123456789Z"}',
    )
  })
})

describe('files', () => {
  let dir: string
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'cofferdam-logs-'))))
  afterEach(() => rmSync(dir, { recursive: true }))

  it('rotate by size and keep the newest', async () => {
    const writer = new LogWriter(join(dir, 'log'), { maxFileSize: 100, maxFiles: 3 })
    for (let i = 0; i < 40; i++) await writer.write('stdout', text(`line ${i}\n`))
    await writer.close()
    expect(readdirSync(join(dir, 'log'))).toHaveLength(3)
    const lines = (await all(logLines(readLog(join(dir, 'log'))))).map((entry) => entry.line)
    expect(lines.at(-1)).toBe('line 39')
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, i) => `line ${40 - lines.length + i}`))
  })
  it('make nothing when nothing is written', async () => {
    await new LogWriter(join(dir, 'log')).close()
    expect(readdirSync(dir)).toEqual([])
    expect(await all(readLog(join(dir, 'log')))).toEqual([])
  })
  it('are followed from byte 0 across rotations to the end mark', async () => {
    const writer = new LogWriter(join(dir, 'log'), { maxFileSize: 200, maxFiles: 1000 })
    const reader = all(logLines(readLog(join(dir, 'log'), { follow: true })))
    for (let i = 0; i < 300; i++) {
      const pending = writer.write(i % 2 ? 'stdout' : 'stderr', text(`line ${i}\n`))
      if (i % 7 === 0) await pending
    }
    await writer.close()
    expect((await reader).map((entry) => entry.line)).toEqual(
      Array.from({ length: 300 }, (_, i) => `line ${i}`),
    )
  })
  it('end for a follower when the writer is gone, whole up to the torn record', async () => {
    const writer = new LogWriter(join(dir, 'log'))
    await writer.write('stdout', text('kept\n'))
    const torn = encodeFrame({ stream: 'stdout', time: 1n, data: text('lost') }).subarray(0, 18)
    const [file] = readdirSync(join(dir, 'log'))
    writeFileSync(join(dir, 'log', file as string), torn, { flag: 'a' })
    const lines = await all(logLines(readLog(join(dir, 'log'), { follow: true, ended: () => true })))
    expect(lines.map((entry) => entry.line)).toEqual(['kept'])
    await writer.close()
  })
  it('stop a follower by its signal', async () => {
    const controller = new AbortController()
    const reader = all(readLog(join(dir, 'log'), { follow: true, signal: controller.signal }))
    setImmediate(() => controller.abort(new Error('enough')))
    await expect(reader).rejects.toThrow('enough')
  })
})
