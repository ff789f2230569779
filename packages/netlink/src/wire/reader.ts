import { CofferdamError } from '@cofferdam/core'
import { littleEndian } from './writer.js'

const text = new TextDecoder()

function truncated(what: string, offset: number): CofferdamError {
  return new CofferdamError('ERR_NETLINK_TRUNCATED', `${what} at byte ${offset} is cut short`)
}

/** Reads numbers at offsets of a received buffer; a read past its end throws `ERR_NETLINK_TRUNCATED`. */
export class Reader {
  readonly bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes that there are. */
  get length(): number {
    return this.bytes.length
  }

  #check(offset: number, size: number): void {
    if (offset + size > this.bytes.length) throw truncated('a netlink field', offset)
  }

  /** One byte. */
  u8(offset = 0): number {
    this.#check(offset, 1)
    return this.#view.getUint8(offset)
  }

  /** Two bytes, host byte order. */
  u16(offset = 0): number {
    this.#check(offset, 2)
    return this.#view.getUint16(offset, littleEndian)
  }

  /** Four bytes, host byte order. */
  u32(offset = 0): number {
    this.#check(offset, 4)
    return this.#view.getUint32(offset, littleEndian)
  }

  /** Four bytes, signed, host byte order. */
  i32(offset = 0): number {
    this.#check(offset, 4)
    return this.#view.getInt32(offset, littleEndian)
  }

  /** Two bytes, network byte order. */
  be16(offset = 0): number {
    this.#check(offset, 2)
    return this.#view.getUint16(offset)
  }

  /** Four bytes, network byte order. */
  be32(offset = 0): number {
    this.#check(offset, 4)
    return this.#view.getUint32(offset)
  }

  /** Eight bytes, network byte order. */
  be64(offset = 0): bigint {
    this.#check(offset, 8)
    return this.#view.getBigUint64(offset)
  }

  /** The text up to the first NUL or the end. */
  string(): string {
    const end = this.bytes.indexOf(0)
    return text.decode(end < 0 ? this.bytes : this.bytes.subarray(0, end))
  }

  /** The attributes from `offset` to the end. */
  attributes(offset = 0): Attributes {
    return new Attributes(this.bytes.subarray(offset))
  }
}

/** The attributes of a message or nest by type (flag bits removed); of equal types the last counts, `all` has each. */
export class Attributes {
  readonly all: readonly (readonly [type: number, value: Reader])[]
  readonly #byType = new Map<number, Reader>()

  /** @throws CofferdamError `ERR_NETLINK_TRUNCATED` */
  constructor(bytes: Uint8Array) {
    const header = new Reader(bytes)
    const all: [number, Reader][] = []
    for (let at = 0; at + 4 <= bytes.length;) {
      const length = header.u16(at)
      if (length < 4 || at + length > bytes.length) throw truncated('a netlink attribute', at)
      const value = new Reader(bytes.subarray(at + 4, at + length))
      const type = header.u16(at + 2) & 0x3fff
      all.push([type, value])
      this.#byType.set(type, value)
      at += (length + 3) & ~3
    }
    this.all = all
  }

  /** The payload of attribute `type`; undefined without it. */
  get(type: number): Reader | undefined {
    return this.#byType.get(type)
  }

  /** Whether there is an attribute `type`, such as a flag without payload. */
  has(type: number): boolean {
    return this.#byType.has(type)
  }

  /** Attribute `type` as one byte; undefined without it. */
  u8(type: number): number | undefined {
    return this.get(type)?.u8()
  }

  /** Attribute `type` as two bytes in host byte order; undefined without it. */
  u16(type: number): number | undefined {
    return this.get(type)?.u16()
  }

  /** Attribute `type` as four bytes in host byte order; undefined without it. */
  u32(type: number): number | undefined {
    return this.get(type)?.u32()
  }

  /** Attribute `type` as four signed bytes in host byte order; undefined without it. */
  i32(type: number): number | undefined {
    return this.get(type)?.i32()
  }

  /** Attribute `type` as four bytes in network byte order; undefined without it. */
  be32(type: number): number | undefined {
    return this.get(type)?.be32()
  }

  /** Attribute `type` as eight bytes in network byte order; undefined without it. */
  be64(type: number): bigint | undefined {
    return this.get(type)?.be64()
  }

  /** Attribute `type` as a text up to its first NUL; undefined without it. */
  string(type: number): string | undefined {
    return this.get(type)?.string()
  }

  /** The bytes of attribute `type`, a view of what was received; undefined without it. */
  bytes(type: number): Uint8Array | undefined {
    return this.get(type)?.bytes
  }

  /** The attributes inside attribute `type`. */
  nest(type: number): Attributes | undefined {
    return this.get(type)?.attributes()
  }
}
