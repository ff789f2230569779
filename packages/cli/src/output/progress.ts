import { MultiBar, type SingleBar } from 'cli-progress'
import { formatBytes } from '@cofferdam/core'
import type { PullProgress } from '@cofferdam/engine'

/** Shows the blobs of a pull as bars on a terminal, and as one line per finished blob elsewhere. */
export class PullDisplay implements Disposable {
  readonly #bars = new Map<string, SingleBar>()
  #multi: MultiBar | undefined
  readonly #finished = new Set<string>()
  readonly #stream: NodeJS.WriteStream

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream
  }

  /** Takes one report of the pull. */
  update(progress: PullProgress): void {
    const short = progress.digest.slice(7, 19)
    const done = progress.status !== 'transferring'
    if (!this.#stream.isTTY) {
      if (!done || this.#finished.has(short)) return
      this.#finished.add(short)
      this.#stream.write(
        `${short}: ${progress.status !== 'done' ? 'already here' : `pulled ${formatBytes(progress.total)}`}\n`,
      )
      return
    }
    if (done && this.#multi === undefined) return
    this.#multi ??= newBars(this.#stream)
    let bar = this.#bars.get(short)
    if (bar === undefined) {
      bar = this.#multi.create(Math.max(progress.total, 1), 0, {
        digest: short,
        size: formatBytes(progress.total),
      })
      this.#bars.set(short, bar)
    }
    bar.update(done ? Math.max(progress.total, 1) : progress.current)
  }

  [Symbol.dispose](): void {
    this.#multi?.stop()
  }
}

function newBars(stream: NodeJS.WriteStream): MultiBar {
  return new MultiBar({
    stream,
    format: '{digest} [{bar}] {percentage}% {size}',
    hideCursor: true,
    clearOnComplete: false,
    stopOnComplete: true,
    fps: 10,
  })
}
