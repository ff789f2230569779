import { NLM_F, type Message } from '../wire/message.js'
import { Writer } from '../wire/writer.js'
import { NFT_MSG, createFlags, nftMessage, type TableRef } from './protocol.js'

const NFTA_SET = {
  TABLE: 1,
  NAME: 2,
  FLAGS: 3,
  KEY_TYPE: 4,
  KEY_LEN: 5,
  DATA_TYPE: 6,
  DATA_LEN: 7,
  ID: 10,
  USERDATA: 13,
} as const
const NFT_SET_MAP = 8
const NFT_DATA_VERDICT = 0xffffff00

/** Types of a field of a set's key or data: nft's magic number and length in bytes. */
export const fieldTypes = {
  ipv4_addr: { id: 7, length: 4 },
  ipv6_addr: { id: 8, length: 16 },
  inet_proto: { id: 12, length: 1 },
  inet_service: { id: 13, length: 2 },
  mark: { id: 19, length: 4 },
  ifname: { id: 41, length: 16 },
} as const

/** A field type by nft's name. */
export type FieldType = keyof typeof fieldTypes

/** A set, or with `data` a map. Several fields are a concatenation, each padded to four bytes. */
export interface SetSpec {
  readonly table: TableRef
  readonly name: string
  readonly key: readonly FieldType[]
  readonly data?: readonly FieldType[] | 'verdict'
  /** Number by which messages of the same transaction can name it. */
  readonly id?: number
}

const padded = (length: number): number => (length + 3) & ~3

function describe(fields: readonly FieldType[]): { type: number; length: number } {
  const [first] = fields
  if (first !== undefined && fields.length === 1) {
    return { type: fieldTypes[first].id, length: fieldTypes[first].length }
  }
  // Six bits per field, as nft itself numbers concatenations: only so can `nft list` print them.
  return fields.reduce(
    ({ type, length }, field) => ({
      type: (type << 6) | fieldTypes[field].id,
      length: length + padded(fieldTypes[field].length),
    }),
    { type: 0, length: 0 },
  )
}

const byteOrder = { none: 0, host: 1, network: 2 } as const

/** Byte orders for nft's printer: the user data types 0 and 1 of nft's own `set` user data. */
function userdata(spec: SetSpec): Uint8Array {
  const order = (fields: readonly FieldType[]): number =>
    fields.length > 1
      ? byteOrder.none
      : fields[0] === 'ifname' || fields[0] === 'mark'
        ? byteOrder.host
        : byteOrder.network
  const writer = new Writer(16)
  const tlv = (type: number, value: number) => writer.u8(type).u8(4).u32(value)
  tlv(0, order(spec.key))
  if (spec.data !== undefined) tlv(1, spec.data === 'verdict' ? byteOrder.none : order(spec.data))
  return writer.view()
}

/** Makes a set or map, like `nft add set` and `nft add map`. */
export function newSet(spec: SetSpec, options: { readonly exclusive?: boolean } = {}): Message {
  const key = describe(spec.key)
  return nftMessage(
    NFT_MSG.NEWSET,
    createFlags(options.exclusive),
    spec.table.family,
    (writer) => {
      writer.attrString(NFTA_SET.TABLE, spec.table.name).attrString(NFTA_SET.NAME, spec.name)
      writer.attrBe32(NFTA_SET.FLAGS, spec.data === undefined ? 0 : NFT_SET_MAP)
      writer.attrBe32(NFTA_SET.KEY_TYPE, key.type).attrBe32(NFTA_SET.KEY_LEN, key.length)
      if (spec.data === 'verdict') {
        writer.attrBe32(NFTA_SET.DATA_TYPE, NFT_DATA_VERDICT).attrBe32(NFTA_SET.DATA_LEN, 0)
      } else if (spec.data !== undefined) {
        const data = describe(spec.data)
        writer.attrBe32(NFTA_SET.DATA_TYPE, data.type).attrBe32(NFTA_SET.DATA_LEN, data.length)
      }
      writer.attrBe32(NFTA_SET.ID, spec.id ?? 0)
      writer.attrBytes(NFTA_SET.USERDATA, userdata(spec))
    },
    `create the nftables set ${spec.table.name} ${spec.name}`,
  )
}

/** Removes a set or map, like `nft delete set`; EBUSY while rules use it. */
export function deleteSet(set: { readonly table: TableRef; readonly name: string }): Message {
  return nftMessage(
    NFT_MSG.DELSET,
    NLM_F.ACK,
    set.table.family,
    (writer) => writer.attrString(NFTA_SET.TABLE, set.table.name).attrString(NFTA_SET.NAME, set.name),
    `delete the nftables set ${set.table.name} ${set.name}`,
  )
}
