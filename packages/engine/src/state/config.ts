import type { ContainerOptions } from '../options/options.js'
import type { StoredImage } from '../images/stored.js'
import type { ContainerRecord } from './records.js'

/** What is stored of a container's making, as JSON. */
export interface StoredConfig {
  readonly command: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly stopSignal: string
  /** Environment of its first process, which an exec gets too. */
  readonly env: readonly string[]
  /** Layers its changes stand on: a prune leaves them. */
  readonly diffIds: readonly string[]
  /** Has a monitor, and outlives the process that started it. */
  readonly detached?: boolean
  /** What it was made from, of one that stays after its end: it can be started again. */
  readonly origin?: { readonly image: StoredImage; readonly options: ContainerOptions }
}

/** Reads a row's JSON. */
export function configOf(record: Pick<ContainerRecord, 'config'>): StoredConfig {
  return JSON.parse(record.config) as StoredConfig
}

/** True for a container that has a monitor. */
export function isDetached(record: Pick<ContainerRecord, 'config'>): boolean {
  return configOf(record).detached === true
}
