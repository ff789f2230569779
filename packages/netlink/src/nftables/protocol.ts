import { NLM_F, message, type Message } from '../wire/message.js'
import type { Writer } from '../wire/writer.js'

/** Netfilter families (`NFPROTO_*`). */
export const NFPROTO = { UNSPEC: 0, INET: 1, IPV4: 2, ARP: 3, NETDEV: 5, BRIDGE: 7, IPV6: 10 } as const

/** Families a table can have. */
export type TableFamily = 'inet' | 'ip' | 'ip6' | 'arp' | 'bridge' | 'netdev'

const families: Record<TableFamily, number> = {
  inet: NFPROTO.INET,
  ip: NFPROTO.IPV4,
  ip6: NFPROTO.IPV6,
  arp: NFPROTO.ARP,
  bridge: NFPROTO.BRIDGE,
  netdev: NFPROTO.NETDEV,
}

/** A table's name and family: where objects live. */
export interface TableRef {
  readonly family: TableFamily
  readonly name: string
}

const subsystem = 10

/** Message types of nftables (`NFT_MSG_*`, linux/netfilter/nf_tables.h). */
export const NFT_MSG = {
  NEWTABLE: 0,
  GETTABLE: 1,
  DELTABLE: 2,
  NEWCHAIN: 3,
  GETCHAIN: 4,
  DELCHAIN: 5,
  NEWRULE: 6,
  GETRULE: 7,
  DELRULE: 8,
  NEWSET: 9,
  GETSET: 10,
  DELSET: 11,
  NEWSETELEM: 12,
  GETSETELEM: 13,
  DELSETELEM: 14,
  NEWGEN: 15,
  GETGEN: 16,
} as const

/** Writes `struct nfgenmsg`. */
export function writeNfgen(writer: Writer, family: number, resource = 0, version = 0): Writer {
  return writer.u8(family).u8(version).be16(resource)
}

/** One message of nftables on a table's family. */
export function nftMessage(
  type: number,
  flags: number,
  family: TableFamily | undefined,
  fill: (writer: Writer) => void,
  label: string,
): Message {
  return message(
    (subsystem << 8) | type,
    NLM_F.REQUEST | flags,
    (writer) => {
      writeNfgen(writer, family === undefined ? NFPROTO.UNSPEC : families[family])
      fill(writer)
    },
    label,
  )
}

/** The nftables type of a received message, or undefined for another subsystem's. */
export function nftType(type: number): number | undefined {
  return type >> 8 === subsystem ? type & 0xff : undefined
}

/** Flags of what makes an object: an error if it exists only with `exclusive`. */
export function createFlags(exclusive = false): number {
  return NLM_F.ACK | NLM_F.CREATE | (exclusive ? NLM_F.EXCL : 0)
}

export { subsystem as NFNL_SUBSYS_NFTABLES }
