import { endianness } from 'node:os'

/** True where the kernel's own byte order is little endian. */
export const littleEndian: boolean = endianness() === 'LE'

/** Type bit of an attribute that holds attributes (`NLA_F_NESTED`). */
export const NLA_F_NESTED = 0x8000

const text = new TextEncoder()

/**
 * Writes fixed headers and attributes (`struct nlattr`, netlink(7)) into one growing buffer. Numbers are in host
 * byte order unless the method's name says `be`; attributes are padded to four bytes, their lengths are not.
 */
export class Writer {
  #bytes: Uint8Array
  #view: DataView
  #length = 0

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length
  }

  #grow(size: number): number {
    const at = this.#length
    const needed = at + size
    if (needed > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
      bytes.set(this.#bytes)
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer)
    }
    this.#length = needed
    return at
  }

  /** One byte. */
  u8(value: number): this {
    const at = this.#grow(1)
    this.#view.setUint8(at, value)
    return this
  }

  /** Two bytes, host byte order. */
  u16(value: number): this {
    const at = this.#grow(2)
    this.#view.setUint16(at, value, littleEndian)
    return this
  }

  /** Four bytes, host byte order. */
  u32(value: number): this {
    const at = this.#grow(4)
    this.#view.setUint32(at, value, littleEndian)
    return this
  }

  /** Two bytes, network byte order. */
  be16(value: number): this {
    const at = this.#grow(2)
    this.#view.setUint16(at, value)
    return this
  }

  /** Four bytes, network byte order (nfnetlink). */
  be32(value: number): this {
    const at = this.#grow(4)
    this.#view.setUint32(at, value)
    return this
  }

  /** Eight bytes, network byte order. */
  be64(value: bigint): this {
    const at = this.#grow(8)
    this.#view.setBigUint64(at, value)
    return this
  }

  /** Bytes as they are, without padding. */
  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length)
    this.#bytes.set(value, at)
    return this
  }

  /** Zeroes up to the next multiple of four. */
  pad(): this {
    this.#grow(-this.#length & 3)
    return this
  }

  /** Overwrites four bytes that were written before. */
  patchU32(offset: number, value: number): this {
    this.#view.setUint32(offset, value, littleEndian)
    return this
  }

  #header(type: number, size: number): this {
    return this.u16(4 + size).u16(type)
  }

  /** An attribute of one byte. */
  attrU8(type: number, value: number): this {
    return this.#header(type, 1).u8(value).pad()
  }

  /** An attribute of two bytes, host byte order. */
  attrU16(type: number, value: number): this {
    return this.#header(type, 2).u16(value).pad()
  }

  /** An attribute of four bytes, host byte order. */
  attrU32(type: number, value: number): this {
    return this.#header(type, 4).u32(value)
  }

  /** An attribute of two bytes, network byte order. */
  attrBe16(type: number, value: number): this {
    return this.#header(type, 2).be16(value).pad()
  }

  /** An attribute of four bytes, network byte order. */
  attrBe32(type: number, value: number): this {
    return this.#header(type, 4).be32(value)
  }

  /** An attribute of eight bytes, network byte order. */
  attrBe64(type: number, value: bigint): this {
    return this.#header(type, 8).be64(value)
  }

  /** An attribute of these bytes. */
  attrBytes(type: number, value: Uint8Array): this {
    return this.#header(type, value.length).bytes(value).pad()
  }

  /** A NUL-terminated text. */
  attrString(type: number, value: string): this {
    const bytes = text.encode(value)
    return this.#header(type, bytes.length + 1)
      .bytes(bytes)
      .u8(0)
      .pad()
  }

  /** An attribute that holds what `fill` writes, marked `NLA_F_NESTED`. */
  nest(type: number, fill: (writer: this) => void): this {
    const at = this.#length
    this.#header(type | NLA_F_NESTED, 0)
    fill(this)
    this.#view.setUint16(at, this.#length - at, littleEndian)
    return this
  }

  /** A view of what was written; valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}
