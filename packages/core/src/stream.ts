import type { Readable, Writable } from 'node:stream'

/** Resolves when a stream whose `write` returned false takes more, or is closed. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
  })
}

/**
 * Destroys a stream that has not ended `grace` ms after the call, when the process that wrote to it has: a stray process
 * may hold the pipe open. What was read from it and nobody has taken yet is left to them. Keeps no event loop alive.
 */
export function destroyLate(stream: Readable, grace = 2000): void {
  if (stream.closed) return
  const timer = setInterval(() => {
    if (stream.readableLength === 0) stream.destroy()
  }, grace).unref()
  stream.once('close', () => clearInterval(timer))
}
