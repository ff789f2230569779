import { read, write } from 'node:fs'
import { Duplex, type DuplexOptions } from 'node:stream'
import { closeQuietly } from '@cofferdam/sys'

interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>
  cancel(): Promise<void>
}
interface Bun {
  file(fd: number): { stream(): { getReader(): Reader } }
}

/** Bun's global; undefined in Node. */
export const bun = (globalThis as { Bun?: Bun }).Bun

/** Milliseconds until a terminal that has nothing to read, or a descriptor that is full, is tried again. */
const AGAIN = 5

/** Chunks of a terminal's master; Bun's own stream over it fails with ESPIPE. */
function terminalReader(fd: number): Reader {
  let open = true
  const buffer = Buffer.alloc(16384)
  const next = (): ReturnType<Reader['read']> =>
    new Promise((resolve, reject) => {
      const attempt = () => {
        if (!open) return resolve({ done: true })
        read(fd, buffer, 0, buffer.length, null, (error, count) => {
          if (error?.code === 'EAGAIN') setTimeout(attempt, AGAIN)
          else if (error === null)
            resolve({ done: count === 0, value: Buffer.from(buffer.subarray(0, count)) })
          else reject(error)
        })
      }
      attempt()
    })
  const cancel = () => {
    open = false
    return Promise.resolve()
  }
  return { read: next, cancel }
}

/**
 * A stream over a pipe or a terminal's master that does not block, for Bun: its `net.Socket` reads nothing from a
 * descriptor, its `fs.ReadStream` fails with EAGAIN, and its `tty.ReadStream` cannot be written to (1.4.5). The end of
 * a terminal (EIO) is the end of the stream.
 */
export class BunStream extends Duplex {
  readonly #fd: number
  readonly #reader: Reader

  constructor(fd: number, { terminal }: { readonly terminal: boolean }) {
    super({ writable: terminal } as DuplexOptions)
    this.#fd = fd
    this.#reader = terminal ? terminalReader(fd) : (bun as Bun).file(fd).stream().getReader()
  }

  /** Bun has no way to let a read not keep the event loop alive. */
  ref(): this {
    return this
  }

  /** See {@link BunStream.ref}. */
  unref(): this {
    return this
  }

  override _read(): void {
    this.#reader.read().then(
      ({ done, value }) => this.push(done ? null : Buffer.from(value as Uint8Array)),
      (error: Error & { code?: string }) => (error.code === 'EIO' ? this.push(null) : this.destroy(error)),
    )
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    write(this.#fd, chunk, (error, count) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this._write(chunk, encoding, done), AGAIN)
      else if (error === null && count < chunk.length) this._write(chunk.subarray(count), encoding, done)
      else done(error)
    })
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const close = () => {
      closeQuietly(this.#fd)
      done(error)
    }
    this.#reader.cancel().then(close, close)
  }
}
