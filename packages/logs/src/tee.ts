import { PassThrough, type Readable } from 'node:stream'
import { destroyLate, drained } from '@cofferdam/core'
import type { LogWriter } from './writer.js'

type StreamName = 'stdout' | 'stderr'

/**
 * Carries a container's output to its log and to whoever listens. Nobody has to listen: the log takes everything from
 * byte 0. A listener's stream gets what is read from its first access on, and slows the container down when it does
 * not keep up. A log that cannot be written keeps nothing from listeners; `onLogError` is told of it once.
 */
export class LogTee {
  readonly #sources: ReadonlyMap<StreamName, Readable>
  readonly #taps = new Map<StreamName, PassThrough>()
  readonly #log: LogWriter
  #onLogError: (error: unknown) => void
  readonly #ended: Promise<unknown>

  constructor(
    sources: { readonly stdout?: Readable | undefined; readonly stderr?: Readable | undefined },
    log: LogWriter,
    onLogError: (error: unknown) => void = () => {},
  ) {
    this.#log = log
    this.#onLogError = onLogError
    this.#sources = new Map(
      (['stdout', 'stderr'] as const).flatMap((name) => (sources[name] ? [[name, sources[name]]] : [])),
    )
    this.#ended = Promise.all([...this.#sources].map(([name, source]) => this.#pump(name, source)))
  }

  /** A stream of what is read from now on; the same one at each call. */
  tap(name: 'stdout' | 'stderr'): Readable | undefined {
    if (!this.#sources.has(name)) return undefined
    let tap = this.#taps.get(name)
    if (tap === undefined) {
      tap = new PassThrough()
      this.#taps.set(name, tap)
    }
    return tap
  }

  /** Resolves when all is read and written; `grace` ms after the call a pipe that a stray process holds open is given up. */
  async finish(grace?: number): Promise<void> {
    for (const source of this.#sources.values()) destroyLate(source, grace)
    await this.#ended
    await this.#log.close().catch((error: unknown) => this.#failed(error))
  }

  #failed(error: unknown): void {
    this.#onLogError(error)
    this.#onLogError = () => {}
  }

  async #pump(name: StreamName, source: Readable): Promise<void> {
    // Whoever gets the container has one turn of the event loop to take the stream before the first byte is read.
    await new Promise((resolve) => setImmediate(resolve))
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        await this.#log.write(name, chunk).catch((error: unknown) => this.#failed(error))
        const tap = this.#taps.get(name)
        if (tap !== undefined && !tap.destroyed && !tap.write(chunk)) await drained(tap)
      }
    } catch {
      // A destroyed pipe, or EIO of a terminal whose last process is gone: the output is over.
    } finally {
      this.#taps.get(name)?.end()
    }
  }
}
