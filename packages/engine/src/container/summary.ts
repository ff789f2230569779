import type { PublishedPort } from '@cofferdam/network'
import { configOf } from '../state/config.js'
import type { ContainerRecord } from '../state/records.js'
import type { ContainerSummary, ExitStatus } from '../types.js'

/** What the network gave a container, as stored. */
export interface StoredAttachment {
  readonly address: string | undefined
  readonly ports: readonly PublishedPort[]
}

/** A row of the database for people and programs. */
export function summaryOf(record: ContainerRecord): ContainerSummary {
  const config = configOf(record)
  const attachment =
    record.attachment === null ? undefined : (JSON.parse(record.attachment) as StoredAttachment)
  return {
    id: record.id,
    name: record.name,
    image: record.image,
    command: config.command,
    status: record.status,
    created: new Date(record.created),
    started: dateOf(record.started),
    finished: dateOf(record.finished),
    pid: record.pid ?? undefined,
    ...recordedStatus(record),
    detached: config.detached ?? false,
    address: attachment?.address,
    ports: attachment?.ports ?? [],
    labels: config.labels,
  }
}

/** How a container has ended, as its row has it; all null or undefined while it has not. */
export function recordedStatus(record: ContainerRecord): ExitStatus {
  return {
    exitCode: record.exit_code,
    signal: record.signal,
    oomKilled: record.oom_killed === null ? undefined : record.oom_killed === 1,
    ...(record.reason === null ? {} : { reason: record.reason }),
  }
}

function dateOf(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms)
}
