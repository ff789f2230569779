import { watch } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { isErrno } from '@cofferdam/core'
import { logFile, logFiles } from './files.js'
import { decodeFrames, type LogFrame } from './frame.js'

/** Options of {@link readLog}. */
export interface ReadLogOptions {
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
 * @throws CofferdamError `ERR_LOG_FRAME`
 */
export async function* readLog(dir: string, options: ReadLogOptions = {}): AsyncGenerator<LogFrame> {
  const { follow = false, ended, signal } = options
  let number = 0
  let offset = 0
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
        if (next !== undefined) [number, offset, rest] = [next, 0, new Uint8Array()]
      }
      for await (const chunk of chunks(logFile(dir, number), offset)) {
        offset += chunk.length
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
        const { frames, used } = decodeFrames(bytes)
        rest = bytes.subarray(used)
        for (const frame of frames) {
          if (frame.end) {
            if (follow && number === (await logFiles(dir)).at(-1)) return
            continue
          }
          yield frame
        }
      }
      const next = files.find((file) => file > number)
      if (next !== undefined) {
        ;[number, offset, rest] = [next, 0, new Uint8Array()]
        continue
      }
      if (changes === undefined || last) return
      await changes.wait()
    }
  } finally {
    changes?.close()
  }
}

async function* chunks(path: string, offset: number): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  })
  if (handle === undefined) return
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

interface Changes {
  reset(): void
  wait(): Promise<void>
  close(): void
}

async function watchChanges(dir: string, signal: AbortSignal | undefined): Promise<Changes> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  let changed = false
  let wake: (() => void) | undefined
  const notify = () => {
    changed = true
    wake?.()
  }
  const watcher = watch(dir, { persistent: true }, notify)
  watcher.on('error', notify)
  // The writer's death changes no file: `ended` is asked again once a second.
  const timer = setInterval(notify, 1000)
  signal?.addEventListener('abort', notify)
  return {
    reset: () => void (changed = false),
    wait: () => (changed ? Promise.resolve() : new Promise((resolve) => (wake = resolve))),
    close: () => {
      watcher.close()
      clearInterval(timer)
      signal?.removeEventListener('abort', notify)
    },
  }
}
