/**
 * Networks for containers: bridges, the host's network, none, another's. Addresses, routes and an nftables data plane
 * by netlink alone; no daemon, shared by any number of processes.
 * @packageDocumentation
 */
export { bridge } from './bridge/bridge.js'
export type { BridgeOptions } from './bridge/options.js'
export { host, none } from './drivers/plain.js'
export { join } from './drivers/join.js'
export type { JoinTarget } from './drivers/join.js'
export { NetworkStore } from './store/store.js'
export type { NetworkDefinition } from './store/store.js'
export { deadNetworks } from './store/dead.js'
export type { DeadNetwork } from './store/dead.js'
export { normalizePorts } from './ports/normalize.js'
export { parsePorts } from './ports/port.js'
export type { PortProtocol, PortRequest, PublishedPort } from './ports/port.js'
export { PortInUseError } from './ports/reserve.js'
export { containerResolvConf } from './files/resolv.js'
export { containerHosts } from './files/hosts.js'
export type { HostsOptions } from './files/hosts.js'
export { ownerOf } from '@cofferdam/sys'
export type { Owner } from '@cofferdam/sys'
export type { AttachOptions, Attachment, ContainerFiles, Network, SweepReport } from './types.js'
