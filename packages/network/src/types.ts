import type { Owner } from '@cofferdam/sys'
import type { PortRequest, PublishedPort } from './ports/port.js'

/** Contents of the three files a container gets for names. */
export interface ContainerFiles {
  /** For `/etc/hostname`, ends with a newline. */
  readonly hostname: string
  /** For `/etc/hosts`. */
  readonly hosts: string
  /** For `/etc/resolv.conf`. */
  readonly resolvConf: string
}

/** How a container is connected. */
export interface AttachOptions {
  /** Names the container in leases and messages. */
  readonly containerId: string
  /** The container's network namespace, which stays the caller's; one is made (and owned) unless given. */
  readonly netns?: number
  /** Sysctls below `/proc/sys/net` of a namespace that is made, written before its first link. */
  readonly sysctls?: Readonly<Record<string, string>>
  /** Ports to publish; none unless given. */
  readonly ports?: readonly PortRequest[]
  /** The first 12 characters of the id unless given. */
  readonly hostname?: string
  /** More names for `/etc/hosts`. */
  readonly extraHosts?: Readonly<Record<string, string>>
  /** Name servers; the host's unless given. */
  readonly dns?: readonly string[]
  /** An address of the network's subnet. */
  readonly address?: string
  /** Hardware address; made from the IP address unless given. */
  readonly mac?: string
  /**
   * Who must live for the address to stay taken; this process unless given, or where a promise comes to undefined. The
   * namespace is made while the promise is waited for.
   */
  readonly owner?: Owner | Promise<Owner | undefined>
  readonly signal?: AbortSignal
}

/** A container's connection. `detach` undoes it; a connection is also undone by `Symbol.asyncDispose`. */
export interface Attachment extends AsyncDisposable {
  /** Name of the network. */
  readonly network: string
  readonly containerId: string
  /** The namespace to start the container in; undefined: the host's. Open until `detach`. */
  readonly netns: number | undefined
  /** Name of the link inside, like `eth0`. */
  readonly interface?: string
  /** Its IPv4 address in the network; none on the networks host and none. */
  readonly address?: string
  /** Bits of the subnet, like 16. */
  readonly prefixLength?: number
  /** The bridge's address, which is the default route. */
  readonly gateway?: string
  /** Hardware address of the link inside. */
  readonly mac?: string
  /** With the host ports that the kernel chose. */
  readonly ports: readonly PublishedPort[]
  /** Sockets that hold the published ports, for a process that shall hold them longer. */
  readonly portFds: readonly number[]
  /** What to mount over the container's `/etc`. */
  readonly files: ContainerFiles
  /**
   * Withdraws the ports and closes the namespace; returns before the kernel has torn it down. The address is free
   * again when the kernel has: `network.idle()` waits for that. Idempotent.
   */
  detach(): Promise<void>
  /**
   * Leaves the connection to the `owner` it was attached for, which holds the sockets of its ports: closes what is open
   * here; `detach` and the network's end then leave it alone. It is undone by a `sweep` after the owner's death.
   */
  handOver(): void
}

/** What {@link Network.sweep} removed of dead owners. */
export interface SweepReport {
  /** Addresses that are free again. */
  readonly addresses: readonly string[]
  /** How many published ports were withdrawn. */
  readonly ports: number
}

/** A network that containers are attached to. */
export interface Network extends AsyncDisposable {
  readonly name: string
  readonly driver: 'bridge' | 'host' | 'none' | 'join'
  /** Makes the network ready, which the first `attach` does otherwise; returns what stands in its way. */
  prepare(): Promise<readonly string[]>
  /** Connects a container: all or nothing. */
  attach(options: AttachOptions): Promise<Attachment>
  /** Removes what dead owners left, and the network itself when nobody uses it. */
  sweep(): Promise<SweepReport>
  /** Resolves when the addresses of detached containers are free again. */
  idle(): Promise<void>
  /** Detaches what is attached and, as its last user, removes the network from the kernel. Idempotent. */
  close(): Promise<void>
}
