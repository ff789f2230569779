import { RTM, RTNLGRP, NetlinkMonitor, decodeLink, type ReceivedMessage } from '@cofferdam/netlink'
import { AF } from '@cofferdam/netlink'
import { findLink } from '../host/links.js'
import type { HostStack } from '../host/stack.js'

/** Knows when the host's ends of veth pairs are gone, which the kernel does some time after their namespace. */
export class VethWatcher {
  readonly #watches = new Map<string, () => void>()
  readonly #stack: HostStack
  #monitor: NetlinkMonitor | undefined

  private constructor(stack: HostStack) {
    this.#stack = stack
  }

  static async open(stack: HostStack): Promise<VethWatcher> {
    const watcher = new VethWatcher(stack)
    watcher.#monitor = await NetlinkMonitor.open('route', {
      groups: [RTNLGRP.LINK],
      type: RTM.DELLINK,
      ...(stack.netns !== undefined && { netns: stack.netns }),
      onMessage: (message) => watcher.#onMessage(message),
      onLost: () => void watcher.#resync(),
    })
    return watcher
  }

  #onMessage({ type, body }: ReceivedMessage): void {
    // A bridge reports a lost port as a DELLINK of its own family.
    if (type === RTM.DELLINK && body.u8(0) === AF.UNSPEC) this.#resolve(decodeLink(body).name)
  }

  #resolve(name: string): void {
    this.#watches.get(name)?.()
    this.#watches.delete(name)
  }

  async #resync(): Promise<void> {
    for (const name of [...this.#watches.keys()]) {
      if ((await findLink(this.#stack.route, { name })) === undefined) this.#resolve(name)
    }
  }

  /** Resolves when the link is removed after this call. */
  watch(name: string): Promise<void> {
    let resolve = (): void => {}
    const gone = new Promise<void>((settle) => (resolve = settle))
    this.#watches.set(name, resolve)
    return gone
  }

  /** Forgets a link that was never made. */
  forget(name: string): void {
    this.#resolve(name)
  }

  close(): void {
    this.#monitor?.close()
  }
}
