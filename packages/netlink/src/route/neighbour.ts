import { addressBytes, addressFamily, addressText, macBytes, macText } from '../wire/ip.js'
import { NLM_F, message, type Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { RTM } from './protocol.js'

const NDA = { DST: 1, LLADDR: 2 } as const

/** States of a neighbour (`NUD_*`). */
export const NUD = { REACHABLE: 2, STALE: 4, FAILED: 32, NOARP: 64, PERMANENT: 128 } as const

/** A neighbour entry, like `ip neighbour add ADDRESS lladdr MAC dev INDEX`. */
export interface NeighbourSpec {
  /** Index of the link. */
  readonly index: number
  readonly address: string
  readonly mac?: string
  /** `NUD_*`; permanent unless given. */
  readonly state?: number
  /** `NTF_*`: 2 self, 8 proxy. */
  readonly flags?: number
}

function writeNeighbour(writer: Writer, spec: NeighbourSpec): void {
  const bytes = addressBytes(spec.address)
  writer.u8(addressFamily(bytes)).u8(0).u16(0).u32(spec.index)
  writer
    .u16(spec.state ?? NUD.PERMANENT)
    .u8(spec.flags ?? 0)
    .u8(0)
  writer.attrBytes(NDA.DST, bytes)
  if (spec.mac !== undefined) writer.attrBytes(NDA.LLADDR, macBytes(spec.mac))
}

/** Adds or replaces a neighbour entry. */
export function newNeighbour(spec: NeighbourSpec): Message {
  const flags = NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | NLM_F.REPLACE
  return message(
    RTM.NEWNEIGH,
    flags,
    (writer) => writeNeighbour(writer, spec),
    `add neighbour ${spec.address}`,
  )
}

/** Removes a neighbour entry, like `ip neighbour delete`. */
export function deleteNeighbour(spec: NeighbourSpec): Message {
  const flags = NLM_F.REQUEST | NLM_F.ACK
  return message(
    RTM.DELNEIGH,
    flags,
    (writer) => writeNeighbour(writer, spec),
    `remove neighbour ${spec.address}`,
  )
}

/** Asks for every neighbour of a family, like `ip neighbour`. */
export function dumpNeighbours(family: number): Message {
  return message(
    RTM.GETNEIGH,
    NLM_F.REQUEST | NLM_F.DUMP,
    (writer) => writer.u8(family).u8(0).u16(0).u32(0).u32(0),
    'list the neighbours',
  )
}

/** Reads the body of an `RTM_NEWNEIGH` or `RTM_DELNEIGH` message. */
export function decodeNeighbour(body: Reader): NeighbourSpec {
  const attributes = body.attributes(12)
  const mac = attributes.bytes(NDA.LLADDR)
  return {
    index: body.u32(4),
    address: addressText(attributes.bytes(NDA.DST) ?? new Uint8Array(4)),
    state: body.u16(8),
    flags: body.u8(10),
    ...(mac !== undefined && { mac: macText(mac) }),
  }
}
