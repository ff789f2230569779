import { CofferdamError, isErrno } from '@cofferdam/core'
import { addressBytes, openSockets } from '@cofferdam/netlink'
import { boundPort, closeQuietly, reservePort, type Lane } from '@cofferdam/sys'
import type { PublishedPort } from './port.js'

const AF_INET = 2
const SOCK_STREAM = 1
const SOCK_DGRAM = 2

/** Ports held by bound sockets that answer nobody: the kernel refuses them to everyone else. */
export interface Reservation {
  /** With the host ports that the kernel chose. */
  readonly ports: readonly PublishedPort[]
  /** The sockets, O_CLOEXEC: whoever holds them holds the ports. */
  readonly fds: readonly number[]
}

/** A port that another socket of the host has. */
export class PortInUseError extends CofferdamError {
  readonly port: PublishedPort
  constructor(port: PublishedPort, cause: unknown, holder?: string) {
    const by = holder === undefined ? 'by a process of this host' : `by container ${holder}`
    super('ERR_PORT_IN_USE', `port ${port.host}/${port.protocol} of ${port.hostIp} is in use ${by}`, {
      syscall: 'bind',
      errno: 'EADDRINUSE',
      hint: 'choose another host port, or 0 to get a free one',
      cause,
    })
    this.port = port
  }
}

function reserve(port: PublishedPort, fd: number | undefined): [PublishedPort, number] {
  try {
    const held = reservePort({
      family: 4,
      protocol: port.protocol,
      address: addressBytes(port.hostIp),
      port: port.host,
      listen: port.protocol === 'tcp',
      ...(fd !== undefined && { fd }),
    })
    return [port.host === 0 ? { ...port, host: boundPort(held) } : port, held]
  } catch (error) {
    if (isErrno(error, 'EADDRINUSE')) throw new PortInUseError(port, error)
    if (isErrno(error, 'EADDRNOTAVAIL')) {
      throw new CofferdamError('ERR_ADDRESS_NOT_AVAILABLE', `this host has no address ${port.hostIp}`, {
        syscall: 'bind',
        errno: 'EADDRNOTAVAIL',
        hint: 'publish on 0.0.0.0 or an address of this host',
        cause: error,
      })
    }
    throw error
  }
}

/**
 * Reserves every port or none. `netns` is the host's network namespace when it is not this process's own.
 * @throws CofferdamError `ERR_PORT_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`
 */
export async function reservePorts(
  lane: Lane,
  ports: readonly PublishedPort[],
  netns?: number,
): Promise<Reservation> {
  const fds: number[] = []
  const sockets: number[] = []
  try {
    if (netns !== undefined) {
      for (let at = 0; at < ports.length; at += 64) {
        const kinds = ports
          .slice(at, at + 64)
          .map(({ protocol }) => [AF_INET, protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0] as const)
        sockets.push(...(await openSockets(lane, kinds, netns)))
      }
    }
    const held = ports.map((port, index) => {
      const [published, fd] = reserve(port, sockets[index])
      fds.push(fd)
      return published
    })
    return { ports: held, fds }
  } catch (error) {
    new Set([...fds, ...sockets]).forEach(closeQuietly)
    throw error
  }
}
