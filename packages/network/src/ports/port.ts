import { isIPv4 } from 'node:net'
import { CofferdamError } from '@cofferdam/core'

/** Protocols whose ports can be published. */
export type PortProtocol = 'tcp' | 'udp'

/** A port to publish. */
export interface PortRequest {
  /** Port inside the container. */
  readonly container: number
  /** Port on the host; 0 or none: the kernel chooses a free one. */
  readonly host?: number
  /** Host address it is published on; every one unless given. */
  readonly hostIp?: string
  /** tcp unless given. */
  readonly protocol?: PortProtocol
}

/** A published port. */
export interface PublishedPort {
  /** Port inside the container. */
  readonly container: number
  /** Port on the host. */
  readonly host: number
  /** `0.0.0.0` when it answers on every address of the host. */
  readonly hostIp: string
  readonly protocol: PortProtocol
}

/** A port of the host, whatever address and container it is published for. */
export type HostPort = Pick<PublishedPort, 'host' | 'protocol'>

/** The address that stands for every address of the host. */
export const anyAddress = '0.0.0.0'

function invalid(text: string, why: string): CofferdamError {
  return new CofferdamError('ERR_INVALID_PORT', `${JSON.stringify(text)} is not a port to publish: ${why}`, {
    hint: 'write [HOST_IP:][HOST_PORT:]CONTAINER_PORT[/tcp|/udp]; ports may be ranges like 8000-8010',
  })
}

function range(part: string, text: string, lowest: number): [number, number] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part)
  const first = Number(match?.[1] ?? -1)
  const last = Number(match?.[2] ?? first)
  if (first < lowest || last > 65535 || last < first) {
    throw invalid(text, `${JSON.stringify(part)} is no port or range`)
  }
  return [first, last]
}

/**
 * Reads Docker's notation: `80`, `8080:80`, `127.0.0.1:8080:80/udp`, `127.0.0.1::80`, `8000-8002:80-82`.
 * @throws CofferdamError `ERR_INVALID_PORT`
 */
export function parsePorts(text: string): PortRequest[] {
  const [spec = '', protocol = 'tcp', ...rest] = text.split('/')
  if (rest.length > 0 || (protocol !== 'tcp' && protocol !== 'udp')) {
    throw invalid(text, `the protocol must be tcp or udp`)
  }
  const parts = spec.split(':')
  if (parts.length > 3) throw invalid(text, 'it has too many parts')
  const container = parts.pop() ?? ''
  const host = parts.pop() ?? ''
  const hostIp = parts.pop()
  if (hostIp !== undefined && !isIPv4(hostIp))
    throw invalid(text, `${JSON.stringify(hostIp)} is no IPv4 address`)
  const [first, last] = range(container, text, 1)
  const [hostFirst, hostLast] = host === '' ? [0, 0] : range(host, text, 0)
  if (hostFirst !== 0 && hostLast - hostFirst !== last - first) {
    throw invalid(text, 'the two ranges differ in length')
  }
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    container: first + index,
    host: hostFirst === 0 ? 0 : hostFirst + index,
    ...(hostIp !== undefined && { hostIp }),
    protocol,
  }))
}

/** Completes and checks requests. @throws CofferdamError `ERR_INVALID_PORT` */
export function checkPorts(ports: readonly PortRequest[]): PublishedPort[] {
  const seen = new Set<string>()
  return ports.map(({ container, host = 0, hostIp = anyAddress, protocol = 'tcp' }) => {
    const text = `${hostIp}:${host}:${container}/${protocol}`
    if (!Number.isInteger(container) || container < 1 || container > 65535) {
      throw invalid(text, 'the container port must be 1 to 65535')
    }
    if (!Number.isInteger(host) || host < 0 || host > 65535) {
      throw invalid(text, 'the host port must be 0 to 65535')
    }
    if (!isIPv4(hostIp)) throw invalid(text, 'the host address must be an IPv4 address')
    const key = `${hostIp}:${host}/${protocol}`
    if (host !== 0 && seen.has(key)) throw invalid(text, 'the host port is listed twice')
    seen.add(key)
    return { container, host, hostIp, protocol }
  })
}
