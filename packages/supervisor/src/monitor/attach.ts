import { PassThrough, type Readable, type Writable } from 'node:stream'
import { isErrno } from '@cofferdam/core'
import type { LogPosition } from '@cofferdam/logs'
import { pipeStream } from '@cofferdam/process'
import { catchUp } from './catch-up.js'
import type { Connection } from './connection.js'
import { type Lag, openLive } from './live.js'

/** What to attach; standard output and error unless given. */
export interface AttachOptions {
  readonly stdin?: boolean
  readonly stdout?: boolean
  readonly stderr?: boolean
  /** The end of `stdin` is the end of the container's standard input too (not of a terminal). */
  readonly closeStdin?: boolean
  /** Begins there in the log instead of with what is written from now on. */
  readonly from?: LogPosition
  /** Detaches. */
  readonly signal?: AbortSignal
}

/** Streams that are attached to a container. */
export interface Attachment extends AsyncDisposable {
  readonly stdin?: Writable
  /** Also what a terminal shows. */
  readonly stdout?: Readable
  readonly stderr?: Readable
  /** The first record of the log that these streams carry live; what was before is only in the log. */
  readonly position: LogPosition
  /** How often this client was too slow, and went on from the log. */
  readonly lags: number
  /** Detaches; the streams end. Idempotent. */
  detach(): Promise<void>
}

/**
 * Attaches. The monitor waits for no client: it cuts off one whose pipe is full, and that goes on from the log, where it
 * had come to, and attaches again; so nothing is lost, unless there is no log or it was rotated away in the meantime.
 */
export async function attach(
  connection: Connection,
  terminal: boolean,
  log: string | undefined,
  options: AttachOptions,
): Promise<Attachment> {
  options.signal?.throwIfAborted()
  const { stdin = false, stdout = true, stderr = !terminal, closeStdin = false } = options
  const first = await openLive(connection, { stdin, stdout, stderr, closeStdin })
  const outputs = [stdout ? new PassThrough() : undefined, stderr ? new PassThrough() : undefined] as const
  const input = first.stdin === undefined ? undefined : pipeStream(first.stdin, 'write')
  // The container's end closes the other end: whoever writes on hears it from a listener of its own.
  input?.on('error', () => {})
  let live = first
  let lags = 0
  let detached = false

  async function follow(): Promise<void> {
    const { from } = options
    if (from !== undefined)
      await catchUp(log, { ...from, delivered: 0 }, { until: first.position }, outputs, () => detached)
    for (;;) {
      const lag = await live.flow(outputs)
      if (lag === undefined || detached) break
      lags++
      if (!(await goOn(lag))) break
    }
    for (const output of outputs) output?.end()
  }

  /** False when the container has ended, and the log was read to its end. */
  async function goOn(lag: Lag): Promise<boolean> {
    let next: typeof live | undefined
    try {
      next = await openLive(connection, { stdin: false, stdout, stderr, closeStdin: false })
    } catch (error) {
      if (!isErrno(error, 'ERR_MONITOR_LOST')) throw error
    }
    if (next !== undefined) live = next
    const to = next === undefined ? {} : { until: next.position }
    await catchUp(log, lag, to, outputs, () => detached)
    return next !== undefined
  }

  follow().catch((error: unknown) => {
    live.close()
    for (const output of outputs) output?.destroy(error as Error)
  })
  const detach = async (): Promise<void> => {
    if (detached) return
    detached = true
    live.close()
    input?.destroy()
    for (const output of outputs) output?.end()
  }
  options.signal?.addEventListener('abort', () => void detach(), { once: true })
  return {
    ...(input === undefined ? {} : { stdin: input }),
    ...(outputs[0] === undefined ? {} : { stdout: outputs[0] }),
    ...(outputs[1] === undefined ? {} : { stderr: outputs[1] }),
    position: first.position,
    get lags() {
      return lags
    },
    detach,
    [Symbol.asyncDispose]: detach,
  }
}
