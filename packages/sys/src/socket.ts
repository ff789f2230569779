import { check } from './check.js'
import { native } from './native.js'

interface SocketCalls {
  reservePort(
    family: number,
    type: number,
    address: Uint8Array,
    port: number,
    listen: number,
    fd: number,
  ): number
  boundPort(fd: number): number
}
const calls = () => native<SocketCalls>()

/** A port to hold. */
export interface PortReservation {
  readonly family: 4 | 6
  readonly protocol: 'tcp' | 'udp'
  /** 4 or 16 bytes. */
  readonly address: Uint8Array
  /** 0: the kernel chooses. */
  readonly port: number
  /** Also listen, so that no other process can bind it with SO_REUSEADDR (tcp only). */
  readonly listen?: boolean
  /** An unbound socket to use, of another network namespace; a new one of this namespace unless given. */
  readonly fd?: number
}

/**
 * A bound socket whose filter drops every packet: the port is taken and nobody is answered (socket(7)
 * SO_ATTACH_FILTER). @throws CofferdamError `ERR_SYSCALL` (EADDRINUSE when it is taken)
 */
export function reservePort(reservation: PortReservation): number {
  const { family, protocol, address, port, listen = false, fd = -1 } = reservation
  const type = protocol === 'tcp' ? 1 : 2
  return check('bind', calls().reservePort(family, type, address, port, listen ? 1 : 0, fd), {
    action: 'reserve port',
    path: `${port}/${protocol}`,
  })
}

/** The port of a bound socket. @throws CofferdamError `ERR_SYSCALL` */
export function boundPort(fd: number): number {
  return check('getsockname', calls().boundPort(fd))
}
