import { setTimeout as delay } from 'node:timers/promises'
import { isErrno } from '@cofferdam/core'
import { closeQuietly } from '@cofferdam/sys'
import { removeElements } from '../firewall/apply.js'
import { publishElements } from '../firewall/publish.js'
import { forgetFlows, transactWithFlows } from '../host/flows.js'
import type { HostStack } from '../host/stack.js'
import type { Reservation } from '../ports/reserve.js'
import type { Attachment, ContainerFiles } from '../types.js'
import { removeVeth, type Connection } from './connect.js'
import { closeEndpoint } from './endpoint.js'
import { containerInterface, withdrawMessages } from './messages.js'

/** How long a namespace may outlive its container before its link is removed by force. */
const graceMs = 2000

/** What a {@link BridgeAttachment} is made of. */
export interface AttachmentParts {
  readonly network: string
  readonly containerId: string
  readonly stack: HostStack
  readonly connection: Connection
  readonly reservation: Reservation
  readonly files: ContainerFiles
  /** Resolves when the host's end of the pair is gone. */
  readonly gone: Promise<void>
  /** Takes the address back once nothing uses it. */
  readonly release: (freed: Promise<void>) => void
  /** Forgets it without taking anything back. */
  readonly forget: () => void
}

/** A container on a bridge. */
export class BridgeAttachment implements Attachment {
  readonly network: string
  readonly containerId: string
  readonly interface = containerInterface
  readonly files: ContainerFiles
  readonly #parts: AttachmentParts
  #detached: Promise<void> | undefined

  constructor(parts: AttachmentParts) {
    this.#parts = parts
    this.network = parts.network
    this.containerId = parts.containerId
    this.files = parts.files
  }

  get netns(): number | undefined {
    return this.#detached === undefined ? this.#parts.connection.endpoint.netns : undefined
  }

  get address(): string {
    return this.#parts.connection.address
  }

  get prefixLength(): number {
    return this.#parts.connection.state.subnet.length
  }

  get gateway(): string {
    return this.#parts.connection.state.gateway
  }

  get mac(): string {
    return this.#parts.connection.mac
  }

  get ports(): Attachment['ports'] {
    return this.#parts.reservation.ports
  }

  get portFds(): readonly number[] {
    return this.#parts.reservation.fds
  }

  async #withdraw(): Promise<void> {
    const { stack, connection } = this.#parts
    const steps = withdrawMessages(connection.ports, connection.address).map((messages) => ({
      fd: stack.netfilter.fd,
      messages,
    }))
    if (steps.length === 0) return
    try {
      await transactWithFlows(stack, steps, connection.ports)
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
      for (const { set, elements } of publishElements(connection.ports, connection.address)) {
        await removeElements(stack, set, elements)
      }
      await forgetFlows(stack, connection.ports)
    }
  }

  async #undo(): Promise<void> {
    const { stack, connection, reservation, gone, release } = this.#parts
    const ours = connection.endpoint.nextIndex !== undefined
    try {
      await this.#withdraw()
    } finally {
      reservation.fds.forEach(closeQuietly)
      closeEndpoint(connection.endpoint)
      const forced = new AbortController()
      const overdue = delay(graceMs, undefined, { signal: forced.signal })
        .then(() => removeVeth(stack, connection))
        .catch(() => {})
      const freed = ours ? Promise.race([gone, overdue]) : removeVeth(stack, connection)
      release(freed.finally(() => forced.abort()))
    }
  }

  detach(): Promise<void> {
    this.#detached ??= this.#undo()
    return this.#detached
  }

  handOver(): void {
    if (this.#detached !== undefined) return
    this.#detached = Promise.resolve()
    this.#parts.reservation.fds.forEach(closeQuietly)
    closeEndpoint(this.#parts.connection.endpoint)
    this.#parts.forget()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.detach()
  }
}
