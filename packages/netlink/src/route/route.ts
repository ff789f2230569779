import { AF, addressBytes, addressFamily, addressText } from '../wire/ip.js'
import { NLM_F, message, type Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { RTM } from './protocol.js'

const RTA = { DST: 1, OIF: 4, GATEWAY: 5, PRIORITY: 6, PREFSRC: 7, METRICS: 8, TABLE: 15 } as const

/** Route types (`RTN_*`). */
export const RTN = { UNICAST: 1, LOCAL: 2, BROADCAST: 3, BLACKHOLE: 6, UNREACHABLE: 7, PROHIBIT: 8 } as const

/** The main routing table. */
export const RT_TABLE_MAIN = 254

/** A route, like `ip route add DESTINATION via GATEWAY dev INDEX`. */
export interface RouteSpec {
  /** `10.0.0.0/8`; the default route unless given. */
  readonly destination?: string
  readonly gateway?: string
  /** Index of the outgoing link. */
  readonly link?: number
  readonly source?: string
  readonly metric?: number
  readonly table?: number
  /** `RTN_*`. */
  readonly type?: number
  /** `RT_SCOPE_*`: 0 universe, 253 link. */
  readonly scope?: number
  /** Needed only for a route without destination and gateway. */
  readonly family?: number
}

/** A route of the kernel; `protocol` says who made it (`RTPROT_*`: 2 kernel, 4 static). */
export type Route = RouteSpec & { readonly family: number; readonly protocol: number }

function writeRoute(writer: Writer, spec: RouteSpec): void {
  const [address, length] = spec.destination?.split('/') ?? []
  const destination = address === undefined ? undefined : addressBytes(address)
  const gateway = spec.gateway === undefined ? undefined : addressBytes(spec.gateway)
  const known = destination ?? gateway
  const family = spec.family ?? (known === undefined ? AF.INET : addressFamily(known))
  const prefix = destination === undefined ? 0 : Number(length ?? destination.length * 8)
  const table = spec.table ?? RT_TABLE_MAIN
  writer.u8(family).u8(prefix).u8(0).u8(0)
  writer
    .u8(table > 0xff ? 0 : table)
    .u8(4)
    .u8(spec.scope ?? 0)
    .u8(spec.type ?? RTN.UNICAST)
    .u32(0)
  if (destination !== undefined && prefix > 0) writer.attrBytes(RTA.DST, destination)
  if (gateway !== undefined) writer.attrBytes(RTA.GATEWAY, gateway)
  if (spec.link !== undefined) writer.attrU32(RTA.OIF, spec.link)
  if (spec.source !== undefined) writer.attrBytes(RTA.PREFSRC, addressBytes(spec.source))
  if (spec.metric !== undefined) writer.attrU32(RTA.PRIORITY, spec.metric)
  if (table > 0xff) writer.attrU32(RTA.TABLE, table)
}

const label = (verb: string, spec: RouteSpec): string =>
  `${verb} the route ${spec.destination ?? 'default'}${spec.gateway === undefined ? '' : ` via ${spec.gateway}`}`

/** Adds a route; ENETUNREACH while its link is down. */
export function newRoute(spec: RouteSpec): Message {
  const flags = NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL
  return message(RTM.NEWROUTE, flags, (writer) => writeRoute(writer, spec), label('add', spec))
}

/** Removes a route, like `ip route delete`. */
export function deleteRoute(spec: RouteSpec): Message {
  const flags = NLM_F.REQUEST | NLM_F.ACK
  return message(RTM.DELROUTE, flags, (writer) => writeRoute(writer, spec), label('remove', spec))
}

/** Asks for every route of a family in every table, like `ip route show table all`. */
export function dumpRoutes(family: number = AF.INET): Message {
  return message(
    RTM.GETROUTE,
    NLM_F.REQUEST | NLM_F.DUMP,
    (writer) => writer.u8(family).u8(0).u16(0).u32(0).u32(0),
    'list the routes',
  )
}

/** Reads the body of an `RTM_NEWROUTE` or `RTM_DELROUTE` message. */
export function decodeRoute(body: Reader): Route {
  const attributes = body.attributes(12)
  const text = (type: number): string | undefined => {
    const bytes = attributes.bytes(type)
    return bytes === undefined ? undefined : addressText(bytes)
  }
  const prefix = body.u8(1)
  const destination = text(RTA.DST)
  const optional = {
    destination: destination === undefined ? undefined : `${destination}/${prefix}`,
    gateway: text(RTA.GATEWAY),
    link: attributes.u32(RTA.OIF),
    source: text(RTA.PREFSRC),
    metric: attributes.u32(RTA.PRIORITY),
  }
  return {
    family: body.u8(0),
    table: attributes.u32(RTA.TABLE) ?? body.u8(4),
    protocol: body.u8(5),
    scope: body.u8(6),
    type: body.u8(7),
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as RouteSpec),
  }
}
