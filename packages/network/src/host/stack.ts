import { NetlinkSocket } from '@cofferdam/netlink'
import { Lane } from '@cofferdam/sys'

/**
 * The host's side: one lane for everything that takes the kernel's routing lock (more would only contend for it),
 * one for making namespaces, and a socket of each kind in the host's namespace.
 */
export class HostStack {
  readonly lane = new Lane()
  readonly netnsLane = new Lane()
  readonly netns: number | undefined
  /** Whether this host forwarded nothing before our networks; kept here in case our table is flushed. */
  forwardWasOff = false
  #sockets: { route: NetlinkSocket; netfilter: NetlinkSocket } | undefined

  private constructor(netns: number | undefined) {
    this.netns = netns
  }

  /** @throws CofferdamError `ERR_SYSCALL`, `ERR_UNSUPPORTED_PLATFORM` */
  static async open(netns?: number): Promise<HostStack> {
    const stack = new HostStack(netns)
    const options = { lane: stack.lane, ...(netns !== undefined && { netns }) }
    try {
      const route = await NetlinkSocket.open('route', options)
      try {
        stack.#sockets = { route, netfilter: await NetlinkSocket.open('netfilter', options) }
      } catch (error) {
        route.close()
        throw error
      }
      return stack
    } catch (error) {
      stack.close()
      throw error
    }
  }

  get route(): NetlinkSocket {
    return (this.#sockets as { route: NetlinkSocket }).route
  }

  get netfilter(): NetlinkSocket {
    return (this.#sockets as { netfilter: NetlinkSocket }).netfilter
  }

  close(): void {
    this.#sockets?.route.close()
    this.#sockets?.netfilter.close()
    this.#sockets = undefined
    this.lane.close()
    this.netnsLane.close()
  }
}
