import type { ReadStream } from 'node:tty'

/**
 * Puts a terminal into raw mode until disposed: keys go to the container, not to this process. Like `stty raw`.
 * Does nothing when the stream is no terminal.
 */
export function rawMode(stream: NodeJS.ReadStream): Disposable {
  const terminal = stream as ReadStream
  const change = terminal.isTTY && !terminal.isRaw
  if (change) terminal.setRawMode(true)
  return {
    [Symbol.dispose]() {
      if (change) terminal.setRawMode(false)
    },
  }
}
