import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Cgroup } from '@cofferdam/cgroups'
import { ownerAlive } from '@cofferdam/sys'
import { discardContainer } from '../container/discard.js'
import { awaitSettled } from '../container/stop.js'
import type { EngineContext } from '../launch/context.js'
import { type ContainerRecord, findContainer, listContainers, recordOwner } from '../state/records.js'
import { releaseContainer, sweepContainer } from '../sweep.js'
import type { Inconsistency } from './finding.js'

/** Containers whose row says more or less than what is there. */
export function inspectContainers(context: EngineContext): Inconsistency[] {
  const records = listContainers(context.db)
  if (records.length === 0) return []
  const held = holdings(context)
  return records.flatMap((record) => inspect(context, record, held.get(record.id)) ?? [])
}

function inspect(
  context: EngineContext,
  record: ContainerRecord,
  held: string | undefined,
): Inconsistency | undefined {
  const { id } = record
  const about = (problem: string, repair: () => Promise<unknown>) =>
    ({ kind: 'container', object: id, problem, repair }) as const
  const alive = ownerAlive(recordOwner(record))
  if (record.status !== 'exited') {
    if (alive) return undefined
    const owner = `process ${record.owner_pid}, which started it, is gone`
    return about(`is ${record.status}, but ${owner}`, async () => {
      if (!(await sweepContainer(context, record))) await awaitSettled(context, record)
    })
  }
  if (record.auto_remove === 1 && !alive) {
    return about('has exited and was to be removed', async () => {
      if (held !== undefined) await releaseContainer(context, id)
      await discardContainer(context, id)
    })
  }
  return held === undefined
    ? undefined
    : about(`has exited, but ${held} is left`, async () => {
        // Unless it was started again while something else was mended.
        if (findContainer(context.db, id).status === 'exited') await releaseContainer(context, id)
      })
}

/** What containers have besides their row and changes, by id. Read after the rows. */
function holdings(context: EngineContext): Map<string, string> {
  return new Map([
    ...readdirSync(join(context.roots.run, 'containers')).map((id) => [id, 'its generated files'] as const),
    ...Cgroup.list().map((id) => [id, 'its cgroup'] as const),
    ...context.runtime.ids().map((id) => [id, 'its runtime state'] as const),
  ])
}
