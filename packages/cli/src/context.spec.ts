import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { untilInterrupted, writeLine } from './context.js'

it('a line waits for its reader, and no longer than for the signal', async () => {
  const stream = new PassThrough({ highWaterMark: 4 })
  const written = writeLine('a line', new AbortController().signal, stream)
  await expect(Promise.race([written, Promise.resolve('waits')])).resolves.toBe('waits')
  const left = new AbortController()
  const interrupted = writeLine('another', left.signal, stream)
  left.abort(new Error('enough'))
  await expect(interrupted).rejects.toThrow('enough')
  stream.resume()
  await written
})

it('what is followed ends quietly by a signal or when nobody reads, and fails by itself', async () => {
  for (const interrupt of [
    () => process.emit('SIGINT', 'SIGINT'),
    () => process.stdout.emit('error', new Error('EPIPE')),
    () => process.stderr.emit('error', new Error('EPIPE')),
  ]) {
    await untilInterrupted(async (signal) => {
      const aborted = once(signal, 'abort')
      interrupt()
      await aborted
      throw signal.reason
    })
  }
  await expect(untilInterrupted(() => Promise.reject(new Error('of its own')))).rejects.toThrow('of its own')
})
