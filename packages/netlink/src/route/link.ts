import { AF, macBytes, macText } from '../wire/ip.js'
import { NLM_F, message, type Message } from '../wire/message.js'
import type { Attributes, Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { writeBridgePort, writeKind, type BridgePort, type LinkKind, type VethPeer } from './kind.js'
import { IFF_UP, IFLA, IFLA_INFO, RTM } from './protocol.js'

/** A link to make or change: named by `index` or `name`. */
export interface LinkSpec {
  readonly index?: number
  readonly name?: string
  readonly mtu?: number
  /** Hardware address, like `02:cf:0a:59:00:02`. */
  readonly address?: string
  /** Index of the bridge it becomes a port of; 0 takes it out. */
  readonly master?: number
  /** Index of the lower link (macvlan, ipvlan, vlan). */
  readonly link?: number
  readonly up?: boolean
  readonly group?: number
  readonly alias?: string
  readonly netnsFd?: number
  readonly kind?: LinkKind
  /** Flags of a bridge port; the kernel ignores them in the message that creates the link. */
  readonly port?: BridgePort
}

/** A link as the kernel describes it, like a line of `ip -d link`. */
export interface Link {
  readonly index: number
  readonly name: string
  readonly up: boolean
  readonly flags: number
  readonly mtu?: number
  readonly address?: string
  readonly master?: number
  /** Index of the lower link or the veth peer. */
  readonly link?: number
  /** Id, in the asking namespace, of the namespace `link` is in. */
  readonly linkNetnsId?: number
  readonly kind?: string
  readonly operstate?: number
  readonly group?: number
}

function header(writer: Writer, family: number, index: number, up: boolean | undefined): Writer {
  return writer
    .u8(family)
    .u8(0)
    .u16(0)
    .u32(index)
    .u32(up === true ? IFF_UP : 0)
    .u32(up === undefined ? 0 : IFF_UP)
}

function writePeer(writer: Writer, peer: VethPeer): void {
  header(writer, AF.UNSPEC, 0, undefined)
  if (peer.name !== undefined) writer.attrString(IFLA.IFNAME, peer.name)
  if (peer.mtu !== undefined) writer.attrU32(IFLA.MTU, peer.mtu)
  if (peer.address !== undefined) writer.attrBytes(IFLA.ADDRESS, macBytes(peer.address))
  if (peer.netnsFd !== undefined) writer.attrU32(IFLA.NET_NS_FD, peer.netnsFd)
}

function writeLink(writer: Writer, link: LinkSpec): void {
  header(writer, AF.UNSPEC, link.index ?? 0, link.up)
  if (link.name !== undefined) writer.attrString(IFLA.IFNAME, link.name)
  if (link.mtu !== undefined) writer.attrU32(IFLA.MTU, link.mtu)
  if (link.address !== undefined) writer.attrBytes(IFLA.ADDRESS, macBytes(link.address))
  if (link.link !== undefined) writer.attrU32(IFLA.LINK, link.link)
  if (link.master !== undefined) writer.attrU32(IFLA.MASTER, link.master)
  if (link.group !== undefined) writer.attrU32(IFLA.GROUP, link.group)
  if (link.alias !== undefined) writer.attrBytes(IFLA.IFALIAS, Buffer.from(link.alias))
  if (link.netnsFd !== undefined) writer.attrU32(IFLA.NET_NS_FD, link.netnsFd)
  const { kind, port } = link
  if (kind === undefined && port === undefined) return
  writer.nest(IFLA.LINKINFO, () => {
    if (kind !== undefined) writeKind(writer, kind, writePeer)
    if (port !== undefined) writeBridgePort(writer, port)
  })
}

const named = (link: { readonly name?: string; readonly index?: number }): string =>
  link.name ?? `with index ${link.index}`

/**
 * Makes a link, like `ip link add`. With `echo` (Linux 6.2) the kernel also sends the new link back: its index,
 * and in `link` a veth peer's. Fails with EEXIST if the name is taken.
 */
export function newLink(link: LinkSpec, options: { readonly echo?: boolean } = {}): Message {
  const flags =
    NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL | (options.echo === true ? NLM_F.ECHO : 0)
  return message(
    RTM.NEWLINK,
    flags,
    (writer) => writeLink(writer, link),
    `create the ${link.kind?.type ?? 'link'} ${named(link)}`,
  )
}

/** Changes a link, like `ip link set`; `RTM_NEWLINK` without CREATE, as `RTM_SETLINK` drops bridge settings. */
export function changeLink(link: LinkSpec): Message {
  return message(
    RTM.NEWLINK,
    NLM_F.REQUEST | NLM_F.ACK,
    (writer) => writeLink(writer, link),
    `set up the link ${named(link)}`,
  )
}

/** Removes a link, like `ip link delete`. Closing the last reference of its namespace is 50 times cheaper. */
export function deleteLink(link: { readonly name?: string; readonly index?: number }): Message {
  return message(
    RTM.DELLINK,
    NLM_F.REQUEST | NLM_F.ACK,
    (writer) => writeLink(writer, link),
    `remove the link ${named(link)}`,
  )
}

const RTEXT_FILTER_SKIP_STATS = 8

/** Asks for one link by name or index, like `ip link show dev NAME`. */
export function getLink(link: { readonly name?: string; readonly index?: number }): Message {
  return message(
    RTM.GETLINK,
    NLM_F.REQUEST | NLM_F.ACK,
    (writer) => {
      writeLink(writer, link)
      writer.attrU32(IFLA.EXT_MASK, RTEXT_FILTER_SKIP_STATS)
    },
    `look up the link ${named(link)}`,
  )
}

/** Asks for every link, like `ip link`. */
export function dumpLinks(): Message {
  return message(
    RTM.GETLINK,
    NLM_F.REQUEST | NLM_F.DUMP,
    (writer) => {
      header(writer, AF.UNSPEC, 0, undefined)
      writer.attrU32(IFLA.EXT_MASK, RTEXT_FILTER_SKIP_STATS)
    },
    'list the links',
  )
}

/** Reads the body of an `RTM_NEWLINK` or `RTM_DELLINK` message. */
export function decodeLink(body: Reader): Link {
  const attributes = body.attributes(16)
  const address = attributes.bytes(IFLA.ADDRESS)
  const flags = body.u32(8)
  return {
    index: body.u32(4),
    name: attributes.string(IFLA.IFNAME) ?? '',
    up: (flags & IFF_UP) !== 0,
    flags,
    ...optional(attributes),
    ...(address !== undefined && { address: macText(address) }),
  }
}

function optional(attributes: Attributes): Partial<Link> {
  const values = {
    mtu: attributes.u32(IFLA.MTU),
    master: attributes.u32(IFLA.MASTER),
    link: attributes.u32(IFLA.LINK),
    linkNetnsId: attributes.i32(IFLA.LINK_NETNSID),
    kind: attributes.nest(IFLA.LINKINFO)?.string(IFLA_INFO.KIND),
    operstate: attributes.u8(IFLA.OPERSTATE),
    group: attributes.u32(IFLA.GROUP),
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
