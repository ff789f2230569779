import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { readLog } from '@cofferdam/logs'
import { requires, tempDir } from '@cofferdam/testing'

const { it } = requires({ commands: ['gcc'] })
const native = join(__dirname, '../../../sys/native')

/** The writer of a monitor, without the monitor. */
function buildWriter(target: string): void {
  execFileSync('gcc', [
    ...[
      '-std=gnu11',
      '-O1',
      '-DINIT_HOSTED',
      `-I${join(native, 'include')}`,
      `-I${join(native, 'init')}`,
      '-o',
      target,
    ],
    ...[join(native, 'init/monitor_log.c'), join(__dirname, '../native/log-writer.c')],
  ])
}

const record = fc.record({
  stream: fc.constantFrom(1, 2),
  data: fc.uint8Array({ minLength: 1, maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
})

it('what a monitor writes is what readers read, whatever the records and the size of files', async () => {
  await using dir = await tempDir('log-frames')
  const writer = dir.join('writer')
  buildWriter(writer)
  let count = 0
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 40 }), fc.nat(20_000), async (records, fileSize) => {
      const log = dir.join(`log-${count++}`)
      mkdirSync(log)
      const input = records.flatMap(({ stream, data }) => {
        const head = Buffer.alloc(5)
        head.writeUInt8(stream)
        head.writeUInt32LE(data.length, 1)
        return [head, data]
      })
      execFileSync(writer, [log, String(fileSize)], { input: Buffer.concat(input) })
      const read = []
      for await (const { stream, data } of readLog(log)) read.push({ stream, data: Buffer.from(data) })
      expect(read).toEqual(
        records.map(({ stream, data }) => ({ stream: [undefined, 'stdout', 'stderr'][stream], data })),
      )
    }),
    { numRuns: 30 },
  )
})
