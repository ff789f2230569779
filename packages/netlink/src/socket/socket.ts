import { syscallError } from '@cofferdam/core'
import { Lane, closeQuietly } from '@cofferdam/sys'
import { CofferdamError } from '@cofferdam/core'
import { NLM_F, type Message, type ReceivedMessage } from '../wire/message.js'
import { AF_NETLINK, SOCK_RAW, calls, protocolNumbers } from './native.js'
import { transact } from './transact.js'

/** Where a socket is opened and which thread serves it. */
export interface NetlinkSocketOptions {
  /** File descriptor of the network namespace; the caller's own unless given. */
  readonly netns?: number
  /** Thread that sends and receives; several sockets can share one. One of its own unless given. */
  readonly lane?: Lane
}

const dumpAttempts = 5

/** A netlink socket, served by a native thread: the kernel works inside send(2), sometimes for milliseconds. */
export class NetlinkSocket implements Disposable {
  readonly fd: number
  readonly lane: Lane
  readonly #ownLane: boolean
  #open = true

  private constructor(fd: number, lane: Lane, ownLane: boolean) {
    this.fd = fd
    this.lane = lane
    this.#ownLane = ownLane
  }

  /**
   * Opens a socket.
   * @throws CofferdamError `ERR_SYSCALL`: EPERM without CAP_SYS_ADMIN over another namespace
   */
  static async open(
    protocol: keyof typeof protocolNumbers,
    options: NetlinkSocketOptions = {},
  ): Promise<NetlinkSocket> {
    const lane = options.lane ?? new Lane()
    try {
      const [fd] = await openSockets(lane, [[AF_NETLINK, SOCK_RAW, protocolNumbers[protocol]]], options.netns)
      return new NetlinkSocket(fd as number, lane, options.lane === undefined)
    } catch (error) {
      if (options.lane === undefined) lane.close()
      throw error
    }
  }

  /** Takes a descriptor over, like one that {@link createNetns} made. */
  static adopt(fd: number, lane: Lane): NetlinkSocket {
    return new NetlinkSocket(fd, lane, false)
  }

  /**
   * Sends messages in one piece and returns what the kernel sent besides acknowledgements. A dump that the kernel
   * marks as inconsistent is repeated.
   * @throws NetlinkError if the kernel refused one; CofferdamError `ERR_NETLINK_DUMP_INTERRUPTED`
   */
  async request(messages: readonly Message[]): Promise<ReceivedMessage[]> {
    for (let attempt = 0; attempt < dumpAttempts; attempt++) {
      const [answers = []] = await transact(this.lane, [{ fd: this.fd, messages }])
      if (!answers.some(({ flags }) => (flags & NLM_F.DUMP_INTR) !== 0)) return answers
    }
    throw new CofferdamError(
      'ERR_NETLINK_DUMP_INTERRUPTED',
      `${messages[0]?.label ?? 'dump'}: it changed during each of ${dumpAttempts} attempts`,
    )
  }

  /** Closes the socket and its own thread. Idempotent. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    closeQuietly(this.fd)
    if (this.#ownLane) this.lane.close()
  }

  /** {@link NetlinkSocket.close}, at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close()
  }
}

/**
 * Opens sockets (`[family, type, protocol]` as numbers of socket(2)) in a network namespace from a native thread that
 * ends there; Node adopts their descriptors: `net.Server.listen({ fd })`, `dgram.Socket.bind({ fd })`.
 * @throws CofferdamError `ERR_SYSCALL`
 */
export async function openSockets(
  lane: Lane,
  sockets: readonly (readonly [family: number, type: number, protocol: number])[],
  netns = -1,
): Promise<number[]> {
  const fds = await calls().netnsSockets(lane.handle, netns, sockets.flat())
  if (typeof fds === 'number')
    throw syscallError('socket', fds, { action: 'open sockets in the network namespace' })
  return fds
}
