import type { Runtime } from '@cofferdam/runtime'
import type { Owner } from '@cofferdam/sys'
import type { Networks } from '../network/networks.js'
import type { StateDatabase } from '../state/database.js'
import type { Roots } from '../state/roots.js'

/** What an engine has that starting a container needs. */
export interface EngineContext {
  readonly roots: Roots
  readonly db: StateDatabase
  readonly runtime: Runtime
  readonly networks: Networks
  readonly owner: Owner
}

/** Directory of a container's generated files, in the run-time root. */
export function runDirectory(context: EngineContext, id: string): string {
  return `${context.roots.run}/containers/${id}`
}

/** Directory of a container's changes. */
export function snapshotDirectory(context: EngineContext, id: string): string {
  return `${context.roots.store}/snapshots/${id}`
}

/** Directory of a container's log. */
export function logDirectory(context: EngineContext, id: string): string {
  return `${context.roots.store}/containers/${id}/log`
}

/** Directory of a detached container's monitor: its socket, and its record, which outlives a reboot. */
export function monitorDirectory(context: EngineContext, id: string): string {
  return `${context.roots.store}/containers/${id}/monitor`
}

/** The cgroup of a container. */
export function cgroupPath(id: string): string {
  return `/cofferdam/${id}`
}
