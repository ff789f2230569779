import { isIP } from 'node:net'
import { CofferdamError } from '@cofferdam/core'
import type { PortOptions } from './options.js'

/** A published port with every field; `hostPort` 0 means any free one. */
export type PublishedPort = Required<PortOptions>

/**
 * Reads ports as {@link ContainerOptions} takes them.
 * @throws CofferdamError `ERR_INVALID_PORT`
 */
export function normalizePorts(ports: readonly (number | string | PortOptions)[] = []): PublishedPort[] {
  const all = ports.flatMap((port) => {
    if (typeof port === 'number') return [complete({ containerPort: port }, String(port))]
    return typeof port === 'string' ? parsePorts(port) : [complete(port, JSON.stringify(port))]
  })
  const seen = new Set<string>()
  for (const { hostIp, hostPort, protocol } of all) {
    const key = `${hostIp}:${hostPort}/${protocol}`
    if (hostPort !== 0 && seen.has(key)) throw portError(key, 'published twice')
    seen.add(key)
  }
  return all
}

/** Reads Docker's `-p` text: `[[ip:][host]:]container[/protocol]`, each port or a range. */
export function parsePorts(text: string): PublishedPort[] {
  const [address, protocol = 'tcp', ...more] = text.split('/')
  if (more.length > 0 || !['tcp', 'udp'].includes(protocol))
    throw portError(text, 'the protocol is tcp or udp')
  const match = /^(?:(?:(\[[^\]]*\]|[^:]*):)?([^:]*):)?([^:]+)$/.exec(address as string)
  if (match === null) throw portError(text, 'not [[IP:]HOST:]CONTAINER[/PROTOCOL]')
  const hostIp = match[1]?.replace(/^\[|\]$/g, '') || '0.0.0.0'
  const container = range(match[3] as string, text)
  const host = match[2] ? range(match[2], text) : container.map(() => 0)
  if (host.length !== container.length) throw portError(text, 'host and container ranges differ in length')
  return container.map((containerPort, index) =>
    complete(
      { containerPort, hostPort: host[index] as number, hostIp, protocol: protocol as 'tcp' | 'udp' },
      text,
    ),
  )
}

function range(text: string, whole: string): number[] {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (match === null) throw portError(whole, `not a port or range: ${text}`)
  const first = Number(match[1])
  const last = Number(match[2] ?? first)
  if (last < first || last - first > 1023)
    throw portError(whole, 'a range goes up and has at most 1024 ports')
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function complete(port: PortOptions, text: string): PublishedPort {
  const { containerPort, hostPort = 0, hostIp = '0.0.0.0', protocol = 'tcp' } = port
  const inRange = (value: number, least: number) =>
    Number.isInteger(value) && value >= least && value <= 65535
  if (!inRange(containerPort, 1) || !inRange(hostPort, 0))
    throw portError(text, 'ports are whole numbers from 1 to 65535')
  if (isIP(hostIp) === 0) throw portError(text, `not an address: ${hostIp}`)
  return { containerPort, hostPort, hostIp, protocol }
}

function portError(path: string, why: string): CofferdamError {
  return new CofferdamError('ERR_INVALID_PORT', `port ${path}: ${why}`, { path })
}
