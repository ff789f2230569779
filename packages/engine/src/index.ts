/**
 * Images, snapshots, networks and the runtime composed: run containers from any Node program, without a daemon.
 * @packageDocumentation
 */
export { Engine } from './engine.js'
export type { EngineOptions, StartOptions } from './engine.js'
export { Container } from './container/container.js'
export type { StartExecOptions } from './container/container.js'
export { ContainerExitError } from './container/exit-error.js'
export type { ContainerProcess, ContainerTerminal } from './container/process.js'
export type { StopOptions } from './container/stop.js'
export type { ImageOptions, PullOptions } from './images/service.js'
export type { ContainerOptions, Limits, RunOptions } from './options/options.js'
export { bind, parseTmpfs, parseVolume, tmpfs } from '@cofferdam/volumes'
export type { BindVolume, TmpfsVolume, VolumeSource } from '@cofferdam/volumes'
export type { PortRequest, PublishedPort } from '@cofferdam/network'
export { all, logLine, portOpen } from './ready.js'
export type { Ready } from './ready.js'
export type { Pruned } from './prune.js'
export { doctor } from '@cofferdam/doctor'
export type { Check, DoctorOptions } from '@cofferdam/doctor'
export { resolveRoots } from './state/roots.js'
export type { Roots } from './state/roots.js'
export type * from './types.js'
