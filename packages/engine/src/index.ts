/**
 * Images, snapshots, networks and the runtime composed: run containers from any Node program, without a daemon.
 * @packageDocumentation
 */
export type { ContainerOptions, Limits, PortOptions, RunOptions } from './options/options.js'
export { bind, tmpfs, parseVolume, parseTmpfs } from './options/volumes.js'
export type { BindVolume, TmpfsVolume, VolumeSource } from './options/volumes.js'
export { parsePorts } from './options/ports.js'
export type { PublishedPort } from './options/ports.js'
