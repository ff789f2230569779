import { syscallError } from '@cofferdam/core'
import { Lane, closeQuietly } from '@cofferdam/sys'
import { decodeMessages, type ReceivedMessage } from '../wire/message.js'
import { AF_NETLINK, SOCK_RAW, calls, protocolNumbers } from './native.js'
import { openSockets } from './socket.js'

/** What to listen to. */
export interface MonitorOptions {
  /** Multicast groups, like `RTNLGRP.LINK`. */
  readonly groups: readonly number[]
  /** Let only messages of this type through, by a filter in the kernel. */
  readonly type?: number
  readonly netns?: number
  /** Called on the event loop with each event, in the order of the kernel. */
  readonly onMessage: (message: ReceivedMessage) => void
  /** Events were lost (ENOBUFS) or the socket failed: ask the kernel for the whole state. */
  readonly onLost: () => void
}

/** Listens to the kernel's events, like `ip monitor`, on a native thread. Does not keep the event loop alive. */
export class NetlinkMonitor implements Disposable {
  readonly #fd: number
  readonly #handle: object
  #open = true

  private constructor(fd: number, handle: object) {
    this.#fd = fd
    this.#handle = handle
  }

  /** Joins the groups: every event after the promise resolves is seen. @throws CofferdamError `ERR_SYSCALL` */
  static async open(
    protocol: keyof typeof protocolNumbers,
    options: MonitorOptions,
  ): Promise<NetlinkMonitor> {
    using lane = new Lane()
    const [fd = -1] = await openSockets(
      lane,
      [[AF_NETLINK, SOCK_RAW, protocolNumbers[protocol]]],
      options.netns,
    )
    const handle = calls().netlinkMonitor(fd, [...options.groups], options.type ?? 0, (event) => {
      if (typeof event === 'number') options.onLost()
      else for (const message of decodeMessages(event)) options.onMessage(message)
    })
    if (typeof handle === 'number') {
      closeQuietly(fd)
      throw syscallError('setsockopt', handle, { action: 'join netlink groups' })
    }
    return new NetlinkMonitor(fd, handle)
  }

  /** Ends the thread. Idempotent. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    calls().netlinkMonitorStop(this.#handle)
    closeQuietly(this.#fd)
  }

  /** {@link NetlinkMonitor.close}, at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close()
  }
}
