import { CofferdamError } from '@cofferdam/core'

/** Where a record comes from; `system` records are the writer's own. */
export type LogStream = 'stdout' | 'stderr' | 'system'

/** One record: bytes as they were read, so a line may span several records and a record hold several lines. */
export interface LogFrame {
  readonly stream: LogStream
  /** Nanoseconds since the epoch. */
  readonly time: bigint
  /** Records that were lost before this one because the disk was full. */
  readonly dropped?: number
  /** The writer has closed the log: nothing follows. */
  readonly end?: boolean
  readonly data: Uint8Array
}

/** Bytes before the payload: u32 length, u8 stream, u8 flags, u16 zero, u64 time in ns, all little endian. */
export const frameHeaderSize = 16
/** Longest payload of a frame. */
export const maxFramePayload = 64 * 1024

const streams: readonly LogStream[] = ['system', 'stdout', 'stderr']
const flagDropped = 1
const flagEnd = 2

/** A record as bytes; a `dropped` count is the payload (u32) of a system record. */
export function encodeFrame(frame: LogFrame): Uint8Array {
  const payload =
    frame.dropped === undefined ? frame.data : new Uint8Array(new Uint32Array([frame.dropped]).buffer)
  if (payload.length > maxFramePayload) {
    throw new CofferdamError(
      'ERR_LOG_FRAME',
      `a log record of ${payload.length} bytes is longer than ${maxFramePayload}`,
    )
  }
  const bytes = new Uint8Array(frameHeaderSize + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, payload.length, true)
  view.setUint8(4, streams.indexOf(frame.stream))
  view.setUint8(5, (frame.dropped === undefined ? 0 : flagDropped) | (frame.end ? flagEnd : 0))
  view.setBigUint64(8, frame.time, true)
  bytes.set(payload, frameHeaderSize)
  return bytes
}

/** What {@link decodeFrames} found. */
export interface DecodedFrames {
  readonly frames: LogFrame[]
  /** Bytes consumed; the rest is the beginning of a record that is not whole yet. */
  readonly used: number
}

/**
 * The whole records at the beginning of `bytes`; their data are views of it.
 * @throws CofferdamError `ERR_LOG_FRAME` for bytes that no writer wrote
 */
export function decodeFrames(bytes: Uint8Array): DecodedFrames {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: LogFrame[] = []
  let used = 0
  while (used + frameHeaderSize <= bytes.length) {
    const length = view.getUint32(used, true)
    const stream = streams[view.getUint8(used + 4)]
    const flags = view.getUint8(used + 5)
    const time = view.getBigUint64(used + 8, true)
    if (length > maxFramePayload || stream === undefined || flags > 3) {
      throw new CofferdamError('ERR_LOG_FRAME', `not a log record at offset ${used}`)
    }
    const begin = used + frameHeaderSize
    if (begin + length > bytes.length) break
    const data = bytes.subarray(begin, begin + length)
    if (flags & flagDropped) {
      if (length !== 4)
        throw new CofferdamError('ERR_LOG_FRAME', `not a count of lost records at offset ${used}`)
      frames.push({ stream, time, dropped: view.getUint32(begin, true), data: new Uint8Array() })
    } else {
      frames.push({ stream, time, data, ...(flags & flagEnd ? { end: true } : {}) })
    }
    used = begin + length
  }
  return { frames, used }
}
