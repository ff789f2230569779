import { mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { isErrno } from '@cofferdam/core'
import { logFile, logFiles } from './files.js'
import { encodeFrame, maxFramePayload, type LogFrame } from './frame.js'

/** Options of {@link LogWriter}. */
export interface LogWriterOptions {
  /** A new file is begun when one has this many bytes; 10 MiB unless given. */
  readonly maxFileSize?: number
  /** Files kept, the oldest goes first; 5 unless given. */
  readonly maxFiles?: number
}

/**
 * Writes a container's log: numbered files in a directory, each a sequence of frames. The directory is made at the
 * first record. A full disk loses records, never blocks: the count is written when there is room again. Other failures
 * lose records too, and are thrown.
 */
export class LogWriter implements AsyncDisposable {
  readonly #dir: string
  readonly #maxFileSize: number
  readonly #maxFiles: number
  #queue: Uint8Array[] = []
  #flushing: Promise<void> | undefined
  #handle: FileHandle | undefined
  #number = 0
  #size = 0
  #dropped = 0
  #closed = false

  constructor(dir: string, options: LogWriterOptions = {}) {
    this.#dir = dir
    this.#maxFileSize = options.maxFileSize ?? 10 * 1024 * 1024
    this.#maxFiles = Math.max(options.maxFiles ?? 5, 1)
  }

  /** Records lost so far because the disk was full and not yet noted in the log. */
  get dropped(): number {
    return this.#dropped
  }

  /** Adds bytes of a stream; resolves when they are with the kernel (or counted as lost). The bytes are copied. */
  write(stream: 'stdout' | 'stderr', data: Uint8Array, time: bigint = now()): Promise<void> {
    if (this.#closed) return Promise.resolve()
    for (let at = 0; at < data.length; at += maxFramePayload) {
      this.#queue.push(encodeFrame({ stream, time, data: data.subarray(at, at + maxFramePayload) }))
    }
    return this.#flush()
  }

  /** Writes what is queued and the mark that nothing follows; idempotent. A log without records stays absent. */
  async close(): Promise<void> {
    if (this.#closed) return this.#flushing
    this.#closed = true
    try {
      await this.#flushing
      if (this.#handle === undefined && this.#dropped === 0) return
      this.#queue.push(encodeFrame({ stream: 'system', time: now(), end: true, data: new Uint8Array() }))
      await this.#flush()
    } finally {
      await this.#handle?.close()
      this.#handle = undefined
    }
  }

  /** {@link LogWriter.close}, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #flush(): Promise<void> {
    this.#flushing ??= this.#drain().finally(() => (this.#flushing = undefined))
    return this.#flushing
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue
      this.#queue = []
      const lost = this.#dropped
      if (lost > 0) batch.unshift(encodeFrame(lostRecord(lost)))
      try {
        await this.#append(Buffer.concat(batch))
        if (lost > 0) this.#dropped -= lost
      } catch (error) {
        this.#dropped += lost > 0 ? batch.length - 1 : batch.length
        if (!isErrno(error, 'ENOSPC', 'EDQUOT', 'EFBIG', 'EIO')) throw error
      }
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    if (this.#handle === undefined || this.#size >= this.#maxFileSize) await this.#rotate()
    const handle = this.#handle as FileHandle
    let written = 0
    try {
      while (written < bytes.length) {
        written += (await handle.write(bytes, written, bytes.length - written, this.#size + written))
          .bytesWritten
      }
    } catch (error) {
      await handle.truncate(this.#size).catch(() => undefined)
      throw error
    }
    this.#size += bytes.length
  }

  async #rotate(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 })
    const files = await logFiles(this.#dir)
    const number = Math.max(this.#number, files.at(-1) ?? 0) + 1
    const next = await open(logFile(this.#dir, number), 'wx', 0o600)
    await this.#handle?.close()
    this.#handle = next
    this.#number = number
    this.#size = 0
    const old = files.slice(0, Math.max(files.length - this.#maxFiles + 1, 0))
    await Promise.all(old.map((file) => rm(logFile(this.#dir, file), { force: true })))
  }
}

function lostRecord(dropped: number): LogFrame {
  return { stream: 'system', time: now(), dropped, data: new Uint8Array() }
}

function now(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6))
}
