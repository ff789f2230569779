import { watchChanges } from '@cofferdam/logs'
import { settleDetached } from '../detached/wait.js'
import type { EngineContext } from '../launch/context.js'
import type { StateDatabase } from '../state/database.js'
import { listContainers } from '../state/records.js'
import { isDetached } from '../state/config.js'

/** What happened to a container. */
export type EventAction = 'create' | 'start' | 'die' | 'rename' | 'destroy'

/** Something that happened, in any process that shares the root. */
export interface EngineEvent {
  readonly time: Date
  readonly type: 'container'
  readonly action: EventAction
  /** Id of the container. */
  readonly id: string
  readonly name: string
  readonly image: string
  /** Of `die`: `exitCode`, `signal`, `reason`; of `rename`: `oldName`. */
  readonly attributes: Readonly<Record<string, string>>
}

/** Options of {@link Engine.events}. */
export interface EventsOptions {
  /** Only what happened later; now unless given. */
  readonly since?: Date
  /** Ends there; never unless given. With a moment in the past only what was recorded is told. */
  readonly until?: Date
  readonly signal?: AbortSignal
}

interface EventRow {
  readonly number: number
  readonly time: number
  readonly action: EventAction
  readonly container: string
  readonly name: string
  readonly image: string
  readonly attributes: string
}

function decode(row: EventRow): EngineEvent {
  return {
    time: new Date(row.time),
    type: 'container',
    action: row.action,
    id: row.container,
    name: row.name,
    image: row.image,
    attributes: JSON.parse(row.attributes) as Record<string, string>,
  }
}

/** Waits for the ends of detached containers but those of `heard`, so that they are recorded while somebody listens. */
function awaitEnds(context: EngineContext, heard: Set<string>, signal: AbortSignal): void {
  for (const record of listContainers(context.db)) {
    if (record.status !== 'running' || heard.has(record.id) || !isDetached(record)) continue
    heard.add(record.id)
    settleDetached(context, record.id, signal)
      .catch(() => undefined)
      .finally(() => heard.delete(record.id))
  }
}

function rowsAfter(db: StateDatabase, number: number, since: number): EventRow[] {
  return db.all<EventRow>(
    'SELECT * FROM events WHERE number > ? AND time >= ? ORDER BY number',
    number,
    since,
  )
}

/** What happens to containers, in the order it was recorded, like `docker events`. */
export async function* followEvents(
  context: EngineContext,
  options: EventsOptions,
): AsyncGenerator<EngineEvent> {
  const { until, signal } = options
  const since = options.since?.getTime() ?? Date.now()
  const last = context.db.get<{ last: number | null }>('SELECT max(number) AS last FROM events')
  let number = options.since === undefined ? (last?.last ?? 0) : 0
  const heard = new Set<string>()
  const left = new AbortController()
  const files = await watchChanges(context.roots.store, signal)
  try {
    for (;;) {
      signal?.throwIfAborted()
      files.reset()
      const over = until !== undefined && Date.now() >= until.getTime()
      if (!over) awaitEnds(context, heard, left.signal)
      for (const row of rowsAfter(context.db, number, since)) {
        number = row.number
        if (until === undefined || row.time <= until.getTime()) yield decode(row)
      }
      if (over) return
      await files.wait()
    }
  } finally {
    left.abort()
    files.close()
  }
}
