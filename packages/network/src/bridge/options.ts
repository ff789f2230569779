import { createHash } from 'node:crypto'
import { CofferdamError } from '@cofferdam/core'
import { addressNumber, contains, numberAddress, parsePrefix, type Prefix } from '../ipam/prefix.js'

/** A bridge network. */
export interface BridgeOptions {
  /** `default` unless given. */
  readonly name?: string
  /** Directory for leases and locks, on tmpfs, shared by every process that uses the network. */
  readonly runDir: string
  /** Like `10.89.0.0/24`; a free one is chosen unless given. */
  readonly subnet?: string
  /** The bridge's own address; the subnet's first unless given. */
  readonly gateway?: string
  /** The default route's unless given. */
  readonly mtu?: number
  /** Only its containers and the host are reached. */
  readonly internal?: boolean
  /** Its containers do not reach each other. */
  readonly isolated?: boolean
  /** Hide addresses of containers behind the host's; true unless given. */
  readonly masquerade?: boolean
  /** Name of the bridge link; made from run directory and name unless given. */
  readonly bridge?: string
  /** File descriptor of the network namespace that plays the host; this process's own unless given. */
  readonly hostNetns?: number
}

/** {@link BridgeOptions}, checked and completed. */
export interface BridgeConfig {
  readonly name: string
  readonly runDir: string
  readonly bridge: string
  readonly subnet?: Prefix
  readonly gateway?: string
  readonly mtu?: number
  readonly internal: boolean
  readonly isolated: boolean
  readonly masquerade: boolean
  readonly hostNetns?: number
}

function bridgeName(runDir: string, name: string): string {
  return `cof${createHash('sha256').update(`${runDir}\0${name}`).digest('hex').slice(0, 10)}`
}

/** The first address of a subnet. */
export function defaultGateway(subnet: Prefix): string {
  return numberAddress(subnet.base + 1)
}

/**
 * Checks options before anything is touched.
 * @throws CofferdamError `ERR_INVALID_NETWORK`, `ERR_INVALID_SUBNET`, `ERR_INVALID_ADDRESS`
 */
export function checkBridgeOptions(options: BridgeOptions): BridgeConfig {
  const { name = 'default', runDir } = options
  const refuse = (why: string) =>
    new CofferdamError('ERR_INVALID_NETWORK', `network ${JSON.stringify(name)}: ${why}`)
  if (!/^[a-zA-Z0-9][\w.-]{0,62}$/.test(name)) throw refuse('a name has letters, digits and _ . - only')
  const bridge = options.bridge ?? bridgeName(runDir, name)
  if (!/^[a-zA-Z][\w-]{0,14}$/.test(bridge)) throw refuse(`${JSON.stringify(bridge)} is no name for a link`)
  if (options.mtu !== undefined && !(options.mtu >= 68 && options.mtu <= 65535)) {
    throw refuse(`the MTU ${options.mtu} is not between 68 and 65535`)
  }
  const subnet = options.subnet === undefined ? undefined : parsePrefix(options.subnet)
  if (subnet !== undefined && (subnet.length > 30 || subnet.length < 8)) {
    throw refuse('the subnet must have a prefix length of 8 to 30')
  }
  if (options.gateway !== undefined) {
    if (subnet === undefined) throw refuse('a gateway needs a subnet')
    if (!contains(subnet, addressNumber(options.gateway))) throw refuse('the gateway is outside the subnet')
  }
  return {
    name,
    runDir,
    bridge,
    internal: options.internal ?? false,
    isolated: options.isolated ?? false,
    masquerade: options.masquerade ?? true,
    ...(subnet !== undefined && { subnet }),
    ...(options.gateway !== undefined && { gateway: options.gateway }),
    ...(options.mtu !== undefined && { mtu: options.mtu }),
    ...(options.hostNetns !== undefined && { hostNetns: options.hostNetns }),
  }
}
