import { open } from 'node:fs/promises'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { logFile, logFiles } from './files.js'
import { decodeFrames, frameHeaderSize, type LogFrame } from './frame.js'
import { watchChanges } from './changes.js'

/** A place in a log: the number of a file and the offset of a record in it. */
export interface LogPosition {
  readonly file: number
  readonly offset: number
}

/** Options of {@link readLog}. */
export interface ReadLogOptions {
  /** The first record; from the oldest that is there unless given. */
  readonly from?: LogPosition
  /** The record before which reading ends; the log must come to that place. */
  readonly until?: LogPosition
  /** Waits for more records until the writer closes the log. */
  readonly follow?: boolean
  /**
   * Asked when a followed log has no more records: true if its writer is gone, so that nothing will follow although
   * the log has no end mark (the writer was killed).
   */
  readonly ended?: () => boolean
  readonly signal?: AbortSignal
}

/**
 * The records of a log, oldest first; with `follow` also those that are yet to come, across rotations, without losing
 * or repeating one. A reader that is slower than rotation misses the files that are gone.
 * @throws CofferdamError `ERR_LOG_FRAME`; `ERR_LOG_GONE`: with `from`, rotation removed what was to be read
 */
export async function* readLog(dir: string, options: ReadLogOptions = {}): AsyncGenerator<LogFrame> {
  const { follow = false, ended, signal, from, until } = options
  let number = from?.file ?? 0
  let offset = from?.offset ?? 0
  /** Offset of the next record. */
  let at = offset
  let rest: Uint8Array = new Uint8Array()
  const changes = follow ? await watchChanges(dir, signal) : undefined
  try {
    for (;;) {
      signal?.throwIfAborted()
      const last = ended?.() ?? false
      changes?.reset()
      const files = await logFiles(dir)
      if (!files.includes(number)) {
        const next = files.find((file) => file > number)
        if (next !== undefined) {
          if (from !== undefined) throw goneError(dir, { file: number, offset: at })
          ;[number, offset, at, rest] = [next, 0, 0, new Uint8Array()]
        }
      }
      const onGone = () => {
        if (from !== undefined && files.includes(number)) throw goneError(dir, { file: number, offset: at })
      }
      for await (const chunk of chunks(logFile(dir, number), offset, onGone)) {
        offset += chunk.length
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
        const { frames, used } = decodeFrames(bytes)
        rest = bytes.subarray(used)
        for (const frame of frames) {
          if (isReached(until, number, at)) return
          at += frameHeaderSize + (frame.dropped === undefined ? frame.data.length : 4)
          if (frame.end) {
            if (follow && number === (await logFiles(dir)).at(-1)) return
            continue
          }
          yield frame
        }
      }
      if (isReached(until, number, at)) return
      const next = files.find((file) => file > number)
      if (next !== undefined) {
        ;[number, offset, at, rest] = [next, 0, 0, new Uint8Array()]
        continue
      }
      if (changes === undefined || last) return
      await changes.wait()
    }
  } finally {
    changes?.close()
  }
}

const isReached = (until: LogPosition | undefined, file: number, offset: number) =>
  until !== undefined && (file > until.file || (file === until.file && offset >= until.offset))

function goneError(dir: string, { file, offset }: LogPosition): CofferdamError {
  return new CofferdamError('ERR_LOG_GONE', `the record at ${offset} of log file ${file} was rotated away`, {
    path: logFile(dir, file),
    hint: 'keep more or larger files',
  })
}

async function* chunks(path: string, offset: number, onGone: () => void): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  })
  if (handle === undefined) return onGone()
  try {
    for (let at = offset; ;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(256 * 1024), 0, 256 * 1024, at)
      if (bytesRead === 0) return
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}
