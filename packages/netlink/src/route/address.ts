import { AF, addressBytes, addressFamily, addressText } from '../wire/ip.js'
import { NLM_F, message, type Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { RTM } from './protocol.js'

const IFA = { ADDRESS: 1, LOCAL: 2, LABEL: 3, BROADCAST: 4, FLAGS: 8 } as const

/** No duplicate address detection (IPv6): the address works at once instead of after one or two seconds. */
export const IFA_F_NODAD = 0x02

/** An address of a link, like `ip address add ADDRESS/PREFIX dev INDEX`. */
export interface AddressSpec {
  /** Index of the link. */
  readonly index: number
  readonly address: string
  readonly prefixLength: number
  /** `IFA_F_*`. */
  readonly flags?: number
  readonly scope?: number
}

function broadcast(bytes: Uint8Array, prefixLength: number): Uint8Array {
  return bytes.map((byte, index) => byte | (0xff >> Math.min(8, Math.max(0, prefixLength - 8 * index))))
}

function writeAddress(writer: Writer, spec: AddressSpec): void {
  const bytes = addressBytes(spec.address)
  const family = addressFamily(bytes)
  const flags = spec.flags ?? 0
  writer
    .u8(family)
    .u8(spec.prefixLength)
    .u8(flags & 0xff)
    .u8(spec.scope ?? 0)
    .u32(spec.index)
  writer.attrBytes(IFA.LOCAL, bytes).attrBytes(IFA.ADDRESS, bytes)
  if (family === AF.INET && spec.prefixLength < 31) {
    writer.attrBytes(IFA.BROADCAST, broadcast(bytes, spec.prefixLength))
  }
  if (flags > 0xff) writer.attrU32(IFA.FLAGS, flags)
}

const label = (verb: string, spec: AddressSpec): string =>
  `${verb} the address ${spec.address}/${spec.prefixLength} (link ${spec.index})`

/** Adds an address; EEXIST if the link has it, EACCES where IPv6 is off. */
export function newAddress(spec: AddressSpec): Message {
  const flags = NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL
  return message(RTM.NEWADDR, flags, (writer) => writeAddress(writer, spec), label('add', spec))
}

/** Removes an address, like `ip address delete`. */
export function deleteAddress(spec: AddressSpec): Message {
  const flags = NLM_F.REQUEST | NLM_F.ACK
  return message(RTM.DELADDR, flags, (writer) => writeAddress(writer, spec), label('remove', spec))
}

/** Asks for every address of a family (0: all), like `ip address`. */
export function dumpAddresses(family: number = AF.UNSPEC): Message {
  return message(
    RTM.GETADDR,
    NLM_F.REQUEST | NLM_F.DUMP,
    (writer) => writer.u8(family).u8(0).u16(0).u32(0),
    'list the addresses',
  )
}

/** Reads the body of an `RTM_NEWADDR` or `RTM_DELADDR` message. */
export function decodeAddress(body: Reader): AddressSpec {
  const attributes = body.attributes(8)
  const bytes = attributes.bytes(IFA.LOCAL) ?? attributes.bytes(IFA.ADDRESS) ?? new Uint8Array(4)
  return {
    index: body.u32(4),
    address: addressText(bytes),
    prefixLength: body.u8(1),
    flags: attributes.u32(IFA.FLAGS) ?? body.u8(2),
    scope: body.u8(3),
  }
}
