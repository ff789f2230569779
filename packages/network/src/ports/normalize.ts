import { isIPv4 } from 'node:net'
import { CofferdamError } from '@cofferdam/core'
import { type PortRequest, type PublishedPort, parsePorts } from './port.js'

/**
 * Ports as options give them: a number is a container port on a free host port, a text is Docker's `-p`. `host` 0
 * means any free one.
 * @throws CofferdamError `ERR_INVALID_PORT`
 */
export function normalizePorts(ports: readonly (number | string | PortRequest)[] = []): PublishedPort[] {
  const requests = ports.flatMap((port) =>
    typeof port === 'string' ? parsePorts(port) : [typeof port === 'number' ? { container: port } : port],
  )
  const seen = new Set<string>()
  return requests.map((request) => {
    const { container, host = 0, hostIp = '0.0.0.0', protocol = 'tcp' } = request
    const inRange = (value: number, least: number) =>
      Number.isInteger(value) && value >= least && value <= 65535
    if (
      !inRange(container, 1) ||
      !inRange(host, 0) ||
      !isIPv4(hostIp) ||
      !['tcp', 'udp'].includes(protocol)
    ) {
      throw portError(
        JSON.stringify(request),
        'ports are whole numbers from 1 to 65535, addresses IPv4, protocols tcp and udp',
      )
    }
    const key = `${hostIp}:${host}/${protocol}`
    if (host !== 0 && seen.has(key)) throw portError(key, 'published twice')
    seen.add(key)
    return { container, host, hostIp, protocol }
  })
}

function portError(path: string, why: string): CofferdamError {
  return new CofferdamError('ERR_INVALID_PORT', `port ${path}: ${why}`, { path })
}
