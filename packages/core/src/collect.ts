import type { Readable } from 'node:stream'

/** Text of a stream, up to a limit. */
export class Collector {
  readonly #chunks: Buffer[] = []
  readonly #limit: number
  readonly #onOverflow: () => void
  #size = 0
  #overflow = false

  constructor(limit: number, onOverflow: () => void) {
    this.#limit = limit
    this.#onOverflow = onOverflow
  }

  /** Reads the stream to its end; what is over the limit is thrown away. */
  async read(stream: Readable | undefined): Promise<void> {
    if (stream === undefined) return
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) this.#add(chunk)
    } catch {
      // The pipe was destroyed with its process.
    }
  }

  /** What was read, at most the limit. */
  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }

  /** There was more. */
  get overflow(): boolean {
    return this.#overflow
  }

  #add(chunk: Buffer): void {
    const room = this.#limit - this.#size
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
    this.#size += Math.min(chunk.length, room)
    if (chunk.length > room && !this.#overflow) {
      this.#overflow = true
      this.#onOverflow()
    }
  }
}
