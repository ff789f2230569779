import { logLines, readLog, tailLines } from '@cofferdam/logs'
import { ownerAlive } from '@cofferdam/sys'
import { type EngineContext, logDirectory } from '../launch/context.js'
import { findContainer, recordOwner } from '../state/records.js'
import type { LogLine, LogsOptions } from '../types.js'

/** The lines of a container's log. `follow` ends with the container. */
export async function* containerLogs(
  context: EngineContext,
  id: string,
  options: LogsOptions,
): AsyncGenerator<LogLine> {
  const { follow = false, tail, since, until, signal } = options
  const record = findContainer(context.db, id)
  const directory = logDirectory(context, record.id)
  const waits = follow && record.status !== 'exited'
  const ended = () => !isRunning(context, record.id)
  let lines = logLines(
    readLog(directory, { follow: waits, ended, ...(signal === undefined ? {} : { signal }) }),
  )
  if (tail !== undefined && !waits) lines = tailLines(lines, tail)
  let skip = tail !== undefined && waits ? Math.max((await countLines(directory)) - tail, 0) : 0
  for await (const { stream, time, line } of lines) {
    if (skip-- > 0) continue
    const date = new Date(Number(time / 1_000_000n))
    if (since !== undefined && date < since) continue
    if (until !== undefined && date > until) return
    yield { stream, line, time: date }
  }
}

function isRunning(context: EngineContext, id: string): boolean {
  try {
    const record = findContainer(context.db, id)
    return record.status !== 'exited' && ownerAlive(recordOwner(record))
  } catch {
    return false
  }
}

async function countLines(directory: string): Promise<number> {
  let count = 0
  for await (const _line of logLines(readLog(directory))) count++
  return count
}
