import { CofferdamError } from '@cofferdam/core'
import { MAX_FDS, SLOTS, type FdRef } from './fd.js'

/** Sizes of `struct plan` and `struct op` (native/include/plan.h of sys). */
export const HEADER_SIZE = 56
export const OP_SIZE = 56

const FD_SLOT = 0x1000

/** Flags of every op's record. */
export const OPF = {
  CREATE_DIR: 1,
  CREATE_FILE: 2,
  CREATE_LIKE: 4,
  NO_SYMLINKS: 8,
  NOT_PROC: 16,
  ONE: 1 << 8,
  TWO: 1 << 9,
  THREE: 1 << 10,
  OPTIONAL: 2 ** 31,
} as const

/** One op in the form of `struct op`; texts and bytes are offsets that the writer gave. */
export interface OpRecord {
  readonly code: number
  readonly flags?: number
  readonly fd?: number
  readonly fd2?: number
  readonly a?: number | bigint
  readonly b?: number | bigint
  readonly c?: number | bigint
  readonly s?: readonly number[]
}

/** An error for a plan that cannot be encoded. */
export function invalidPlan(message: string, hint?: string): CofferdamError {
  return new CofferdamError('ERR_INVALID_PLAN', message, hint === undefined ? {} : { hint })
}

/** A growing buffer with a plan in it: texts, lists and arrays go in and are referred to by offset. */
export class PlanWriter {
  #buffer = Buffer.allocUnsafe(8192)
  #end: number
  readonly #fds: number[] = []
  readonly #texts = new Map<string, number>()

  /** @param reserved bytes at the beginning, for the header and the ops */
  constructor(reserved: number) {
    this.#end = reserved
    this.#reserve(0)
    this.#buffer.fill(0, 0, reserved)
  }

  #reserve(size: number): number {
    const at = this.#end
    this.#end += size
    if (this.#end > this.#buffer.length) {
      const bigger = Buffer.allocUnsafe(Math.max(this.#end, this.#buffer.length * 2))
      this.#buffer.copy(bigger)
      this.#buffer = bigger
    }
    return at
  }

  #align(size: number): void {
    const padding = (size - (this.#end % size)) % size
    const at = this.#reserve(padding)
    this.#buffer.fill(0, at, this.#end)
  }

  /** Bytes as a blob. */
  bytes(data: Uint8Array): number {
    this.#align(8)
    // 4 bytes of padding put the content, which follows the size, at a multiple of 8.
    const at = this.#reserve(4 + 4 + data.length + 1) + 4
    this.#buffer.writeUInt32LE(0, at - 4)
    this.#buffer.writeUInt32LE(data.length, at)
    this.#buffer.set(data, at + 4)
    this.#buffer[at + 4 + data.length] = 0
    return at
  }

  /** A text as a blob. @throws CofferdamError `ERR_INVALID_PLAN` if there is a NUL in it */
  text(text: string, what: string): number {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    if (text.includes('\0')) throw invalidPlan(`${what} contains a NUL character: ${JSON.stringify(text)}`)
    this.#align(4)
    const size = Buffer.byteLength(text)
    const at = this.#reserve(4 + size + 1)
    this.#buffer.writeUInt32LE(size, at)
    this.#buffer.write(text, at + 4)
    this.#buffer[at + 4 + size] = 0
    this.#texts.set(text, at)
    return at
  }

  /** A text, or 0 for none. */
  optional(text: string | undefined, what: string): number {
    return text === undefined ? 0 : this.text(text, what)
  }

  /** Texts one after the other, each with its NUL. */
  list(texts: readonly string[], what: string): number {
    for (const text of texts) {
      if (text.includes('\0')) throw invalidPlan(`${what} contains a NUL character: ${JSON.stringify(text)}`)
    }
    return this.bytes(Buffer.from(texts.map((text) => `${text}\0`).join('')))
  }

  /** Texts with room for the pointers to them, as execve(2) wants. */
  array(texts: readonly string[], what: string): number {
    for (const text of texts) {
      if (text.includes('\0')) throw invalidPlan(`${what} contains a NUL character: ${JSON.stringify(text)}`)
    }
    this.#align(8)
    const content = Buffer.from(texts.map((text) => `${text}\0`).join(''))
    const pointers = 8 + 8 * (texts.length + 1)
    const at = this.#reserve(pointers + content.length)
    this.#buffer.fill(0, at, at + pointers)
    this.#buffer.writeUInt32LE(texts.length, at)
    this.#buffer.set(content, at + pointers)
    return at
  }

  /** A descriptor's index in the message, each one sent once. @throws CofferdamError `ERR_INVALID_PLAN` */
  fd(reference: FdRef | undefined, what: string): number {
    if (reference === undefined) return -1
    if (typeof reference !== 'number') {
      const { slot } = reference
      if (!Number.isInteger(slot) || slot < 0 || slot >= SLOTS) throw invalidPlan(`${what}: no slot ${slot}`)
      return FD_SLOT + slot
    }
    if (!Number.isInteger(reference) || reference < 0) {
      throw invalidPlan(`${what}: not a file descriptor: ${String(reference)}`)
    }
    const known = this.#fds.indexOf(reference)
    if (known >= 0) return known
    if (this.#fds.length === MAX_FDS) throw invalidPlan(`${what}: more than ${MAX_FDS} file descriptors`)
    return this.#fds.push(reference) - 1
  }

  /** Descriptors as an array of 32-bit indexes. */
  fdList(references: readonly FdRef[], what: string): number {
    const indexes = Int32Array.from(references, (reference) => this.fd(reference, what))
    return this.bytes(new Uint8Array(indexes.buffer))
  }

  /** Writes an op's record into the reserved space. */
  op(at: number, record: OpRecord): void {
    const { code, flags = 0, fd = -1, fd2 = -1, a = 0, b = 0, c = 0, s = [] } = record
    const buffer = this.#buffer
    buffer.writeUInt32LE(code, at)
    buffer.writeUInt32LE(flags, at + 4)
    buffer.writeInt32LE(fd, at + 8)
    buffer.writeInt32LE(fd2, at + 12)
    writeU64(buffer, a, at + 16)
    writeU64(buffer, b, at + 24)
    writeU64(buffer, c, at + 32)
    for (let i = 0; i < 4; i++) buffer.writeUInt32LE(s[i] ?? 0, at + 40 + 4 * i)
  }

  /** Writes into the reserved space. */
  u32(at: number, value: number): void {
    this.#buffer.writeUInt32LE(value >>> 0, at)
  }

  u64(at: number, value: number): void {
    writeU64(this.#buffer, value, at)
  }

  /** The plan and the descriptors that go with it. */
  finish(): { bytes: Buffer; fds: readonly number[] } {
    return { bytes: this.#buffer.subarray(0, this.#end), fds: this.#fds }
  }

  get size(): number {
    return this.#end
  }

  get fdCount(): number {
    return this.#fds.length
  }
}

/** Numbers up to 2^53, Infinity (all bits set: RLIM_INFINITY), negative numbers in two's complement. */
function writeU64(buffer: Buffer, value: number | bigint, at: number): void {
  if (typeof value === 'bigint') {
    buffer.writeBigUInt64LE(BigInt.asUintN(64, value), at)
  } else if (value === Number.POSITIVE_INFINITY) {
    buffer.fill(0xff, at, at + 8)
  } else if (Number.isSafeInteger(value) && value >= 0) {
    buffer.writeUInt32LE(value % 2 ** 32, at)
    buffer.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4)
  } else if (Number.isSafeInteger(value)) {
    buffer.writeBigInt64LE(BigInt(value), at)
  } else {
    throw invalidPlan(`not a whole number: ${String(value)}`)
  }
}
