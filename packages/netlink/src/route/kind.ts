import { addressBytes } from '../wire/ip.js'
import type { Writer } from '../wire/writer.js'
import { IFLA_INFO } from './protocol.js'

/** A veth pair's other end: made directly in its own namespace when `netnsFd` is given. */
export interface VethPeer {
  readonly name?: string
  readonly mtu?: number
  readonly address?: string
  /** File descriptor of the namespace the peer is made in; moving it there later costs 40 times as much. */
  readonly netnsFd?: number
}

/** Settings of a bridge (`IFLA_BR_*`); times in hundredths of a second. */
export interface BridgeSettings {
  readonly forwardDelay?: number
  readonly stp?: boolean
  readonly vlanFiltering?: boolean
  readonly multicastSnooping?: boolean
}

/** Settings of a vxlan (`IFLA_VXLAN_*`). */
export interface VxlanSettings {
  readonly id: number
  readonly link?: number
  readonly local?: string
  readonly group?: string
  readonly port?: number
  readonly learning?: boolean
}

/** Modes of a macvlan (`IFLA_MACVLAN_MODE`). */
export const macvlanModes = { private: 1, vepa: 2, bridge: 4, passthru: 8 } as const

/** Modes of an ipvlan (`IFLA_IPVLAN_MODE`). */
export const ipvlanModes = { l2: 0, l3: 1, l3s: 2 } as const

/** What kind of link to make, like `ip link add ... type KIND`. */
export type LinkKind =
  | { readonly type: 'veth'; readonly peer: VethPeer }
  | ({ readonly type: 'bridge' } & BridgeSettings)
  | { readonly type: 'macvlan'; readonly mode?: keyof typeof macvlanModes }
  | { readonly type: 'ipvlan'; readonly mode?: keyof typeof ipvlanModes }
  | ({ readonly type: 'vxlan' } & VxlanSettings)
  | { readonly type: 'vlan'; readonly id: number }
  | { readonly type: 'dummy' | 'ifb' }

/** A port's flags on its bridge (`IFLA_BRPORT_*`), like `bridge link set dev ... hairpin on`. */
export interface BridgePort {
  /** Send a frame back through the port it came from. */
  readonly hairpin?: boolean
  /** No traffic to other isolated ports. */
  readonly isolated?: boolean
  readonly learning?: boolean
  readonly unicastFlood?: boolean
  readonly multicastFlood?: boolean
  readonly neighbourSuppress?: boolean
}

const IFLA_BR = { FORWARD_DELAY: 1, STP_STATE: 5, VLAN_FILTERING: 7, MCAST_SNOOPING: 23 } as const
const IFLA_VXLAN = {
  ID: 1,
  GROUP: 2,
  LINK: 3,
  LOCAL: 4,
  LEARNING: 7,
  PORT: 15,
  GROUP6: 16,
  LOCAL6: 17,
} as const
const brport: readonly [keyof BridgePort, number][] = [
  ['hairpin', 4],
  ['learning', 8],
  ['unicastFlood', 9],
  ['multicastFlood', 27],
  ['neighbourSuppress', 32],
  ['isolated', 33],
]

function bridgeData(writer: Writer, bridge: BridgeSettings): void {
  if (bridge.forwardDelay !== undefined) writer.attrU32(IFLA_BR.FORWARD_DELAY, bridge.forwardDelay)
  if (bridge.stp !== undefined) writer.attrU32(IFLA_BR.STP_STATE, Number(bridge.stp))
  if (bridge.vlanFiltering !== undefined) writer.attrU8(IFLA_BR.VLAN_FILTERING, Number(bridge.vlanFiltering))
  if (bridge.multicastSnooping !== undefined) {
    writer.attrU8(IFLA_BR.MCAST_SNOOPING, Number(bridge.multicastSnooping))
  }
}

function vxlanData(writer: Writer, vxlan: VxlanSettings): void {
  writer.attrU32(IFLA_VXLAN.ID, vxlan.id)
  if (vxlan.link !== undefined) writer.attrU32(IFLA_VXLAN.LINK, vxlan.link)
  for (const [address, v4, v6] of [
    [vxlan.group, IFLA_VXLAN.GROUP, IFLA_VXLAN.GROUP6],
    [vxlan.local, IFLA_VXLAN.LOCAL, IFLA_VXLAN.LOCAL6],
  ] as const) {
    if (address === undefined) continue
    const bytes = addressBytes(address)
    writer.attrBytes(bytes.length === 4 ? v4 : v6, bytes)
  }
  if (vxlan.learning !== undefined) writer.attrU8(IFLA_VXLAN.LEARNING, Number(vxlan.learning))
  if (vxlan.port !== undefined) writer.attrBe16(IFLA_VXLAN.PORT, vxlan.port)
}

const VETH_INFO_PEER = 1

/** Writes the attributes inside `IFLA_LINKINFO`; `writePeer` writes a veth peer's header and attributes. */
export function writeKind(
  writer: Writer,
  kind: LinkKind,
  writePeer: (writer: Writer, peer: VethPeer) => void,
): void {
  writer.attrBytes(IFLA_INFO.KIND, Buffer.from(kind.type))
  switch (kind.type) {
    case 'veth':
      writer.nest(IFLA_INFO.DATA, () => writer.nest(VETH_INFO_PEER, () => writePeer(writer, kind.peer)))
      break
    case 'bridge':
      writer.nest(IFLA_INFO.DATA, () => bridgeData(writer, kind))
      break
    case 'macvlan':
      writer.nest(IFLA_INFO.DATA, () => writer.attrU32(1, macvlanModes[kind.mode ?? 'bridge']))
      break
    case 'ipvlan':
      writer.nest(IFLA_INFO.DATA, () => writer.attrU16(1, ipvlanModes[kind.mode ?? 'l2']))
      break
    case 'vxlan':
      writer.nest(IFLA_INFO.DATA, () => vxlanData(writer, kind))
      break
    case 'vlan':
      writer.nest(IFLA_INFO.DATA, () => writer.attrU16(1, kind.id))
      break
  }
}

/** Writes a bridge port's flags inside `IFLA_LINKINFO`. */
export function writeBridgePort(writer: Writer, port: BridgePort): void {
  writer.attrBytes(IFLA_INFO.SLAVE_KIND, Buffer.from('bridge'))
  writer.nest(IFLA_INFO.SLAVE_DATA, () => {
    for (const [name, type] of brport) {
      const value = port[name]
      if (value !== undefined) writer.attrU8(type, Number(value))
    }
  })
}
