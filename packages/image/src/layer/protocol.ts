import { endianness } from 'node:os'

const little = endianness() === 'LE'
const messageSize = 32
const types = { options: 1, length: 2, end: 3, result: 16, failure: 17, implied: 18 } as const

/** Bounds of what one layer may become (decompression bombs). */
export interface LayerLimits {
  /** Bytes of all files together; 64 GiB unless given. */
  readonly maxBytes?: number
  /** Entries of the archive and directories that had to be made for them; 4 million unless given. */
  readonly maxEntries?: number
  /** Bytes of the archive for one byte of the blob, looked at above 64 MiB; 500 unless given. */
  readonly maxRatio?: number
}

/** What the program says when a layer is unpacked. */
export interface LayerTotals {
  /** Bytes of the blob. */
  readonly blobSize: number
  /** Bytes of the tar archive. */
  readonly tarSize: number
  /** Directories that had to be made for entries among them. */
  readonly entries: number
  /** Bytes of all files. */
  readonly bytes: number
  /** Extended attributes left out: of overlayfs, of other namespaces, or not supported by the file system. */
  readonly skippedXattrs: number
  /** Whether the archive has an entry for its root. */
  readonly rootEntry: boolean
  /** SHA-256 of the blob and of the archive, hexadecimal. */
  readonly blobSha256: string
  readonly tarSha256: string
}

/** A message of the `layer` program. */
export type LayerReply =
  | { readonly type: 'result'; readonly totals: LayerTotals }
  | { readonly type: 'implied'; readonly path: Buffer }
  | {
      readonly type: 'failure'
      readonly errno: number
      readonly reason: number
      readonly name: string
      readonly what: string
    }

function message(type: number, flags: number, ...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(messageSize)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  view.setUint32(0, type, little)
  view.setUint32(4, flags, little)
  numbers.forEach((value, index) => view.setBigUint64(8 + 8 * index, BigInt(value), little))
  return bytes
}

/** The first message: limits, and whether the directory is descriptor 5 instead of the root. */
export function encodeOptions(limits: LayerLimits, directoryIsFd: boolean): Buffer {
  const { maxBytes = 64 * 2 ** 30, maxEntries = 4_000_000, maxRatio = 500 } = limits
  return message(types.options, directoryIsFd ? 1 : 0, maxBytes, maxEntries, maxRatio)
}

/** The blob file has `length` bytes now. */
export function encodeLength(length: number): Buffer {
  return message(types.length, 0, length)
}

/** The blob file is complete. */
export function encodeEnd(length: number): Buffer {
  return message(types.end, 0, length)
}

function decode(body: Buffer): LayerReply {
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  switch (view.getUint32(0, little)) {
    case types.implied:
      return { type: 'implied', path: Buffer.from(body.subarray(4)) }
    case types.failure: {
      const nameLength = view.getUint32(12, little)
      return {
        type: 'failure',
        errno: view.getInt32(4, little),
        reason: view.getUint32(8, little),
        name: body.toString('utf8', 16, 16 + nameLength),
        what: body.toString('utf8', 16 + nameLength),
      }
    }
    case types.result: {
      const number = (index: number) => Number(view.getBigUint64(4 + 8 * index, little))
      return {
        type: 'result',
        totals: {
          blobSize: number(0),
          tarSize: number(1),
          entries: number(2),
          bytes: number(3),
          skippedXattrs: number(4),
          rootEntry: number(5) === 1,
          blobSha256: body.toString('hex', 52, 84),
          tarSha256: body.toString('hex', 84, 116),
        },
      }
    }
    default:
      throw new RangeError('a message of unknown type')
  }
}

/** Cuts what the program writes into messages. */
export class ReplyParser {
  #left: Buffer = Buffer.alloc(0)

  /** The messages that `chunk` completes. @throws RangeError for bytes that are none */
  push(chunk: Buffer): LayerReply[] {
    this.#left = this.#left.length === 0 ? chunk : Buffer.concat([this.#left, chunk])
    const replies: LayerReply[] = []
    for (;;) {
      if (this.#left.length < 4) return replies
      const length = little ? this.#left.readUInt32LE() : this.#left.readUInt32BE()
      if (length < 4 || length > 8192) throw new RangeError(`a message of ${length} bytes`)
      if (this.#left.length < 4 + length) return replies
      replies.push(decode(this.#left.subarray(4, 4 + length)))
      this.#left = this.#left.subarray(4 + length)
    }
  }
}
