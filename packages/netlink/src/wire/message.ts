import { Reader } from './reader.js'
import { Writer } from './writer.js'

/** Flags of `struct nlmsghdr` (netlink(7)). */
export const NLM_F = {
  REQUEST: 0x1,
  MULTI: 0x2,
  ACK: 0x4,
  ECHO: 0x8,
  DUMP_INTR: 0x10,
  DUMP: 0x300,
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  APPEND: 0x800,
  CAPPED: 0x100,
  ACK_TLVS: 0x200,
} as const

/** Message types every family has. */
export const NLMSG = { NOOP: 1, ERROR: 2, DONE: 3, OVERRUN: 4 } as const

/** Length of `struct nlmsghdr`. */
export const headerLength = 16

/** One request: its header is completed by {@link encodeMessages}. */
export interface Message {
  /** Type of the family, like `RTM_NEWLINK`. */
  readonly type: number
  /** {@link NLM_F}; `REQUEST` is in it. */
  readonly flags: number
  /** The family's fixed header and attributes. */
  readonly body: Uint8Array
  /** What it does, for errors: `create the veth cv0a590002`. */
  readonly label?: string
}

/** A received message. */
export interface ReceivedMessage {
  readonly type: number
  readonly flags: number
  readonly seq: number
  readonly pid: number
  readonly body: Reader
}

/** Makes a request of the bytes that `fill` writes. */
export function message(
  type: number,
  flags: number,
  fill: (writer: Writer) => void,
  label?: string,
): Message {
  const writer = new Writer()
  fill(writer)
  const body = writer.view()
  return label === undefined ? { type, flags, body } : { type, flags, body, label }
}

/** The bytes of one send(2): each message with its header, sequence numbers counting up from `seq`. */
export function encodeMessages(messages: readonly Message[], seq = 1): Uint8Array {
  const writer = new Writer(messages.reduce((sum, { body }) => sum + headerLength + body.length + 3, 0))
  for (const [index, { type, flags, body }] of messages.entries()) {
    writer
      .u32(headerLength + body.length)
      .u16(type)
      .u16(flags)
    writer
      .u32(seq + index)
      .u32(0)
      .bytes(body)
      .pad()
  }
  return writer.view()
}

/**
 * The messages of received bytes.
 * @throws CofferdamError `ERR_NETLINK_TRUNCATED`
 */
export function decodeMessages(bytes: Uint8Array): ReceivedMessage[] {
  const messages: ReceivedMessage[] = []
  const header = new Reader(bytes)
  for (let at = 0; at < bytes.length;) {
    const length = Math.max(header.u32(at), headerLength)
    if (at + length > bytes.length) header.u32(bytes.length)
    messages.push({
      type: header.u16(at + 4),
      flags: header.u16(at + 6),
      seq: header.u32(at + 8),
      pid: header.u32(at + 12),
      body: new Reader(bytes.subarray(at + headerLength, at + length)),
    })
    at += (length + 3) & ~3
  }
  return messages
}
