import { addressBytes, addressText, protocols, type SetElement } from '@cofferdam/netlink'
import { anyAddress, type HostPort, type PublishedPort } from '../ports/port.js'
import { sets } from './names.js'

const field = (value: number): [number, number, number, number] => [value >> 8, value & 255, 0, 0]

/** Elements for one of the two maps of published ports. */
export interface PublishElements {
  readonly set: typeof sets.published | typeof sets.publishedAt
  readonly elements: SetElement[]
}

/** The elements that send published ports to a container. */
export function publishElements(ports: readonly PublishedPort[], address: string): PublishElements[] {
  const everywhere: SetElement[] = []
  const somewhere: SetElement[] = []
  const target = addressBytes(address)
  for (const { hostIp, host, container, protocol } of ports) {
    const key = [protocols[protocol], 0, 0, 0, ...field(host)]
    const data = Uint8Array.from([...target, ...field(container)])
    if (hostIp === anyAddress) everywhere.push({ key: Uint8Array.from(key), data })
    else somewhere.push({ key: Uint8Array.from([...addressBytes(hostIp), ...key]), data })
  }
  return [
    { set: sets.published, elements: everywhere },
    { set: sets.publishedAt, elements: somewhere },
  ].filter(({ elements }) => elements.length > 0)
}

/** The container address an element of the two maps leads to. */
export function elementTarget(element: SetElement): string | undefined {
  return element.data instanceof Uint8Array && element.data.length >= 4
    ? addressText(element.data.subarray(0, 4))
    : undefined
}

/** The host port an element of the two maps is for. */
export function elementPort({ key }: SetElement): HostPort {
  const [number, , , , high = 0, low = 0] = key.subarray(-8)
  return { protocol: number === protocols.udp ? 'udp' : 'tcp', host: high * 256 + low }
}

/** True when the element's key has this protocol and port on that address or on every one. */
export function elementMatches(element: SetElement, port: PublishedPort): boolean {
  const { protocol, host } = elementPort(element)
  return protocol === port.protocol && host === port.host
}
