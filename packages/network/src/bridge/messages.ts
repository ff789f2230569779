import {
  addressBytes,
  changeLink,
  deleteElements,
  newAddress,
  newElements,
  newLink,
  newRoute,
  nftBatch,
  type Message,
} from '@cofferdam/netlink'
import { publishElements } from '../firewall/publish.js'
import { flowMessages } from '../host/flows.js'
import type { PublishedPort } from '../ports/port.js'
import type { BridgeState } from './setup.js'

/** Name of the link inside a container. */
export const containerInterface = 'eth0'

/** The host's end of a container's veth pair is named by its address: unique while that is leased. */
export function vethName(address: string): string {
  return `cv${Buffer.from(addressBytes(address)).toString('hex')}`
}

/** What a container's link needs. */
export interface VethSpec {
  readonly state: BridgeState
  readonly address: string
  readonly mac: string
  readonly netnsFd: number
  readonly hairpin: boolean
  /** Ask for the link back, to learn the index of the container's end. */
  readonly echo: boolean
}

/** On the host's socket: the pair, its far end made inside the container's namespace, its near end in the bridge. */
export function vethMessages(spec: VethSpec): Message[] {
  const { state } = spec
  const name = vethName(spec.address)
  const peer = { name: containerInterface, mtu: state.mtu, address: spec.mac, netnsFd: spec.netnsFd }
  const link = { name, mtu: state.mtu, master: state.index, up: true, kind: { type: 'veth', peer } } as const
  const port = { ...(spec.hairpin && { hairpin: true }), ...(state.isolated && { isolated: true }) }
  return [
    newLink(link, { echo: spec.echo }),
    ...(spec.hairpin || state.isolated ? [changeLink({ name, port })] : []),
  ]
}

/** On the container's socket: loopback, address, link, default route. */
export function containerMessages(state: BridgeState, address: string, index: number): Message[] {
  return [
    changeLink({ name: 'lo', up: true }),
    newAddress({ index, address, prefixLength: state.subnet.length }),
    changeLink({ index, up: true }),
    ...(state.internal ? [] : [newRoute({ gateway: state.gateway })]),
  ]
}

function transactions(elements: readonly Message[], ports: readonly PublishedPort[]): Message[][] {
  if (elements.length === 0) return []
  const flows = flowMessages(ports)
  return flows.length === 0 ? [nftBatch(elements)] : [nftBatch(elements), flows]
}

/** On the netfilter socket: the ports' elements, then forget the UDP flows that began before them. */
export function publishMessages(ports: readonly PublishedPort[], address: string): Message[][] {
  const sets = publishElements(ports, address)
  return transactions(
    sets.flatMap(({ set, elements }) => newElements(set, elements, { exclusive: true })),
    ports,
  )
}

/** Undoes {@link publishMessages}. */
export function withdrawMessages(ports: readonly PublishedPort[], address: string): Message[][] {
  const sets = publishElements(ports, address)
  return transactions(
    sets.flatMap(({ set, elements }) => deleteElements(set, elements)),
    ports,
  )
}
