import { CofferdamError } from '@cofferdam/core'
import { NetlinkError } from '@cofferdam/netlink'
import { closeQuietly } from '@cofferdam/sys'
import { allOrUndo, checkAttachOptions } from '../check.js'
import { containerFiles, hostResolvConf } from '../files/files.js'
import { withLock } from '../host/lock.js'
import type { Lease } from '../ipam/leases.js'
import { PortInUseError, reservePorts, type Reservation } from '../ports/reserve.js'
import type { PublishedPort } from '../ports/port.js'
import type { AttachOptions, Attachment, Network, SweepReport } from '../types.js'
import { BridgeAttachment } from './attachment.js'
import { connect, type Connection } from './connect.js'
import { closeEndpoint, openEndpoint, type Endpoint } from './endpoint.js'
import { portHolder } from './holder.js'
import { vethName } from './messages.js'
import { lockPath, openBridge, sweepUnopened, type OpenBridge } from './open.js'
import { checkBridgeOptions, type BridgeConfig, type BridgeOptions } from './options.js'
import { macOf } from './setup.js'
import { sweepLeases } from './sweep.js'

class BridgeNetwork implements Network {
  readonly driver = 'bridge'
  readonly name: string
  readonly #config: BridgeConfig
  readonly #attached = new Set<Attachment>()
  readonly #releases = new Set<Promise<void>>()
  #opening: Promise<OpenBridge> | undefined
  #opened: OpenBridge | undefined
  #closed: Promise<void> | undefined

  constructor(config: BridgeConfig) {
    this.#config = config
    this.name = config.name
  }

  #open(): Promise<OpenBridge> {
    if (this.#closed !== undefined) {
      return Promise.reject(new CofferdamError('ERR_NETWORK_CLOSED', `network ${this.name} is closed`))
    }
    this.#opening ??= openBridge(this.#config).then(
      (open) => (this.#opened = open),
      (error: unknown) => {
        this.#opening = undefined
        throw error
      },
    )
    return this.#opening
  }

  async prepare(): Promise<readonly string[]> {
    return (await this.#open()).warnings
  }

  async attach(options: AttachOptions): Promise<Attachment> {
    const ports = checkAttachOptions(options)
    options.signal?.throwIfAborted()
    // One that is open already asks for the namespace before this call returns.
    const opened = this.#closed === undefined ? this.#opened : undefined
    const open = opened ?? (await this.#open())
    const { stack, leases } = open
    const [endpoint, lease, reservation, resolvConf] = await allOrUndo<
      [Endpoint, Lease, Reservation, string]
    >(
      [
        openEndpoint(stack, options),
        this.#lease(open, options),
        this.#reserve(open, ports),
        hostResolvConf(),
      ],
      [closeEndpoint, (taken) => leases.release(taken), ({ fds }) => fds.forEach(closeQuietly), () => {}],
    )
    const { address } = lease
    const connection: Connection = {
      state: open.state,
      endpoint,
      address,
      isHeld: () => leases.isHeld(lease),
      mac: options.mac ?? macOf(address),
      ports: reservation.ports,
      hairpin: open.hairpin,
    }
    const gone = open.watcher.watch(vethName(address))
    try {
      options.signal?.throwIfAborted()
      await this.#connect(open, connection)
    } catch (error) {
      reservation.fds.forEach(closeQuietly)
      closeEndpoint(endpoint)
      open.watcher.forget(vethName(address))
      leases.release(lease)
      throw error
    }
    const attachment = new BridgeAttachment({
      network: this.name,
      containerId: options.containerId,
      stack,
      connection,
      reservation,
      files: containerFiles(options, resolvConf, address),
      gone,
      release: (freed) => {
        this.#attached.delete(attachment)
        this.#track(freed.then(() => leases.release(lease)))
      },
      forget: () => {
        this.#attached.delete(attachment)
        open.watcher.forget(vethName(address))
      },
    })
    this.#attached.add(attachment)
    if (options.signal?.aborted === true) {
      await attachment.detach()
      throw options.signal.reason
    }
    return attachment
  }

  async #lease({ leases, owner }: OpenBridge, options: AttachOptions): Promise<Lease> {
    return leases.allocate(options.containerId, (await options.owner) ?? owner, options.address)
  }

  async #reserve(open: OpenBridge, ports: readonly PublishedPort[]): Promise<Reservation> {
    if (ports.length === 0) return { ports: [], fds: [] }
    try {
      return await reservePorts(open.stack.netnsLane, ports, open.stack.netns)
    } catch (error) {
      if (!(error instanceof PortInUseError)) throw error
      throw new PortInUseError(error.port, error.cause, await portHolder(open.stack, open.leases, error.port))
    }
  }

  /** A published port without a holder of its socket is a dead owner's, or another run directory's. */
  async #connect(open: OpenBridge, connection: Connection): Promise<void> {
    const published = (error: unknown): boolean =>
      error instanceof NetlinkError && error.errno === 'EEXIST' && /nftables set/.test(error.message)
    try {
      await connect(open.stack, connection)
    } catch (error) {
      if (!published(error)) throw error
      await this.sweep()
      try {
        await connect(open.stack, connection, false)
      } catch (again) {
        const port = connection.ports[0]
        if (!published(again) || port === undefined) throw again
        throw new PortInUseError(port, again, await portHolder(open.stack, open.leases, port))
      }
    }
  }

  #track(release: Promise<void>): void {
    const tracked = release.catch(() => {}).finally(() => this.#releases.delete(tracked))
    this.#releases.add(tracked)
  }

  async sweep(): Promise<SweepReport> {
    if (this.#opening === undefined) return sweepUnopened(this.#config)
    const { stack, leases } = await this.#open()
    return withLock(lockPath(this.#config.runDir), () => sweepLeases(stack, leases))
  }

  async idle(): Promise<void> {
    while (this.#releases.size > 0) await Promise.all(this.#releases)
  }

  close(): Promise<void> {
    const opening = this.#opening
    this.#closed ??= (async () => {
      const open = await opening?.catch(() => undefined)
      if (open === undefined) return
      await Promise.all([...this.#attached].map((one) => one.detach()))
      await this.idle()
      await open.close()
    })()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * A bridge network: containers get an address of its subnet, reach the world through the host's address and each
 * other directly; published ports answer on every address of the host, on 127.0.0.1 and from the containers. Bridge,
 * firewall table and sysctls are made with the first use and removed with the last, whichever process that is.
 *
 * Like `docker network create`, but nothing is in the kernel while nothing uses it.
 * @throws CofferdamError `ERR_INVALID_NETWORK`, `ERR_INVALID_SUBNET`
 */
export function bridge(options: BridgeOptions): Network {
  return new BridgeNetwork(checkBridgeOptions(options))
}
