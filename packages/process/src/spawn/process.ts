import type { Readable, Writable } from 'node:stream'
import type { Socket } from 'node:net'
import type { ReadStream } from 'node:tty'
import { setWindowSize } from '@cofferdam/sys'
import { CofferdamError } from '@cofferdam/core'
import type { ExitStatus } from '../launch/exit.js'
import type { LaunchWarning, LaunchedProcess } from '../launch/launched.js'
import { readLines } from './lines.js'
import type { SpawnCgroup } from './options.js'
import { countBytes, pipeStream, terminalStream } from './stdio.js'

/** How a spawned process ended. */
export interface SpawnExit extends ExitStatus {
  /** Whether the kernel killed something in its cgroup for lack of memory; undefined without a memory cgroup. */
  readonly oomKilled: boolean | undefined
}

/** @internal */
export interface ProcessParts {
  readonly launched: LaunchedProcess
  readonly ours: readonly (number | undefined)[]
  readonly cgroup: SpawnCgroup | undefined
  readonly oomKillsBefore: number | undefined
  readonly maxOutput: number | undefined
  readonly timeout: number | undefined
  readonly signal: AbortSignal | undefined
}

/** The pseudo-terminal of a process. */
export interface ProcessTerminal {
  /** What the process writes. */
  readonly output: Readable
  /** What it reads. */
  readonly input: Writable
  /** Tells it the size of the window (SIGWINCH follows). @throws CofferdamError `ERR_SYSCALL` */
  resize(columns: number, rows: number): void
}

/** A running process and its streams. */
export class SpawnedProcess implements AsyncDisposable {
  readonly #launched: LaunchedProcess
  readonly #streams: Socket[] = []
  #reason: ExitStatus['reason']
  #output = 0
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  /** All pipes by descriptor. */
  readonly stdio: readonly (Readable | Writable | null)[]
  readonly tty: ProcessTerminal | undefined
  /** When the process has ended. Its output may still have to be read. */
  readonly exited: Promise<SpawnExit>

  /** @internal */
  constructor(parts: ProcessParts) {
    const { launched, ours, maxOutput, timeout, signal } = parts
    this.#launched = launched
    const pty = launched.fds.pty
    if (pty !== undefined) {
      const stream: ReadStream = terminalStream(pty)
      this.#own(stream, maxOutput)
      this.tty = {
        output: stream,
        input: stream,
        resize: (columns, rows) => setWindowSize(pty, columns, rows),
      }
    }
    this.stdio = Array.from(ours, (fd, index) => {
      if (fd === undefined) return null
      const stream = pipeStream(fd, index === 0 ? 'write' : 'read')
      this.#own(stream, index === 0 ? undefined : maxOutput)
      return stream
    })
    this.stdin = (this.stdio[0] ?? null) as Writable | null
    this.stdout = (this.stdio[1] ?? null) as Readable | null
    this.stderr = (this.stdio[2] ?? null) as Readable | null
    const timer =
      timeout === undefined ? undefined : setTimeout(() => this.#killFor('timeout'), timeout).unref()
    const onAbort = () => this.#killFor('aborted')
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    this.exited = this.#wait(parts).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    })
    this.exited.catch(() => {})
  }

  /** Its process id, as seen from here. */
  get pid(): number {
    return this.#launched.pid
  }

  /** A descriptor of the process (pidfd_open(2)), open until it is gone. */
  get pidfd(): number {
    return this.#launched.pidfd
  }

  /** What was asked for and could not be granted. */
  get warnings(): readonly LaunchWarning[] {
    return this.#launched.warnings
  }

  /** Sends a signal to the process; false when it is gone. @throws CofferdamError `ERR_SYSCALL` */
  kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    return this.#launched.kill(signal)
  }

  /**
   * Lines of stdout (of the terminal, of stderr).
   * @throws CofferdamError `ERR_NO_STREAM` when that is no pipe
   */
  lines(from: 'stdout' | 'stderr' = 'stdout'): AsyncGenerator<string, void, undefined> {
    const stream = from === 'stdout' ? (this.stdout ?? this.tty?.output) : this.stderr
    if (stream === undefined || stream === null) {
      throw new CofferdamError('ERR_NO_STREAM', `${from} of process ${this.pid} is no pipe`, {
        hint: "start it with stdio 'pipe' there",
      })
    }
    return readLines(stream)
  }

  /** Lets the event loop end while the process runs. */
  unref(): void {
    this.#launched.unref()
    for (const stream of this.#streams) stream.unref()
  }

  /** Undoes {@link unref}. */
  ref(): void {
    this.#launched.ref()
    for (const stream of this.#streams) stream.ref()
  }

  /** Kills the process with its descendants, waits until they are gone and closes the streams. Idempotent. */
  async stop(): Promise<void> {
    await this.#launched.stop()
    for (const stream of this.#streams) stream.destroy()
  }

  /** {@link SpawnedProcess.stop}, at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #own(stream: Socket, maxOutput: number | undefined): void {
    this.#streams.push(stream)
    // A process that is gone breaks its stdin; that is told by its exit.
    stream.on('error', () => {})
    if (maxOutput === undefined) return
    countBytes(stream, (size) => {
      this.#output += size
      if (this.#output > maxOutput) this.#killFor('max-output')
    })
  }

  #killFor(reason: NonNullable<ExitStatus['reason']>): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    void this.#launched.stop()
  }

  async #wait({ launched, cgroup, oomKillsBefore }: ProcessParts): Promise<SpawnExit> {
    const status = await launched.exited
    const kills = await cgroup?.oomKills?.()
    const oomKilled = kills === undefined ? undefined : kills > (oomKillsBefore ?? 0)
    return { ...status, ...(this.#reason === undefined ? {} : { reason: this.#reason }), oomKilled }
  }
}
