import type { Readable, Writable } from 'node:stream'
import { pipeStream } from '@cofferdam/process'
import { closeQuietly, pipe, REPORT, REQUEST } from '@cofferdam/sys'
import type { Connection } from './connection.js'

/** A place in a log: the number of a file and the offset of a record in it. */
export interface LogPosition {
  readonly file: number
  readonly offset: number
}

/** What to attach; standard output and error unless given. */
export interface AttachOptions {
  readonly stdin?: boolean
  readonly stdout?: boolean
  readonly stderr?: boolean
  /** The end of `stdin` is the end of the container's standard input too (not of a terminal). */
  readonly closeStdin?: boolean
  readonly signal?: AbortSignal
}

/** Streams that are attached to a container. */
export interface Attachment extends AsyncDisposable {
  readonly stdin?: Writable
  /** Also what a terminal shows. */
  readonly stdout?: Readable
  readonly stderr?: Readable
  /** The first record of the log that these streams carry; what was before is only in the log. */
  readonly position: LogPosition
  /**
   * Set when the streams ended because this client was too slow: the record that is missing first, and how many bytes
   * of it were delivered. The log has it all.
   */
  readonly lagged: (LogPosition & { readonly delivered: number }) | undefined
  /** Detaches; the streams end. Idempotent. */
  detach(): Promise<void>
}

const STDIN = 1
const STDOUT = 2
const STDERR = 4
const CLOSE = 8

/** Opens pipes and hands their other ends to the monitor. */
export async function attach(
  connection: Connection,
  terminal: boolean,
  options: AttachOptions,
): Promise<Attachment> {
  options.signal?.throwIfAborted()
  const { stdin = false, stdout = true, stderr = !terminal, closeStdin = false } = options
  const theirs: number[] = []
  const ours: Record<'stdin' | 'stdout' | 'stderr', number | undefined> = {
    stdin: undefined,
    stdout: undefined,
    stderr: undefined,
  }
  let lagged: Attachment['lagged']
  let flags = closeStdin ? CLOSE : 0
  try {
    for (const [wanted, name, flag] of [
      [stdin, 'stdin', STDIN],
      [stdout, 'stdout', STDOUT],
      [stderr, 'stderr', STDERR],
    ] as const) {
      if (!wanted) continue
      const input = name === 'stdin'
      const ends = pipe(input ? { write: true } : { read: true })
      ours[name] = input ? ends.write : ends.read
      theirs.push(input ? ends.read : ends.write)
      flags |= flag
    }
    const { value, userUs, requestId } = await connection.ask(
      REQUEST.ATTACH,
      'attach',
      { value: flags, fds: theirs },
      (report) => {
        if (report.type !== REPORT.LAGGED) return
        lagged = { file: report.value, offset: report.userUs, delivered: report.systemUs }
      },
    )
    let detached: Promise<void> | undefined
    const streams = {
      ...(ours.stdin === undefined ? {} : { stdin: pipeStream(ours.stdin, 'write') }),
      ...(ours.stdout === undefined ? {} : { stdout: pipeStream(ours.stdout, 'read') }),
      ...(ours.stderr === undefined ? {} : { stderr: pipeStream(ours.stderr, 'read') }),
    }
    // The container's end closes the other end of stdin: whoever writes on hears it from its own listener.
    streams.stdin?.on('error', () => {})
    const detach = (): Promise<void> =>
      (detached ??= (async () => {
        connection.forget(requestId)
        if (!connection.isLost) connection.send(REQUEST.UNATTACH, { id: requestId })
        for (const stream of Object.values(streams)) stream.destroy()
      })())
    options.signal?.addEventListener('abort', () => void detach(), { once: true })
    return {
      ...streams,
      position: { file: value, offset: userUs },
      get lagged() {
        return lagged
      },
      detach,
      [Symbol.asyncDispose]: detach,
    }
  } catch (error) {
    for (const fd of Object.values(ours)) closeQuietly(fd)
    throw error
  } finally {
    for (const fd of theirs) closeQuietly(fd)
  }
}
