import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { removeTree } from '@cofferdam/rootfs'
import type { EngineContext } from '../launch/context.js'
import { listContainers } from '../state/records.js'
import { releaseContainer } from '../sweep.js'
import type { FindingKind, Inconsistency } from './finding.js'

const boot = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Files and runtime state of containers that no row names, and what earlier boots left in a run-time root that is not
 * a tmpfs. A container's row is made before and removed after all else, so that only a row lost by a power failure, or
 * a hand, leaves any.
 */
export function inspectFiles(context: EngineContext): Inconsistency[] {
  const { store, run } = context.roots
  const orphan = (object: string, repair: () => Promise<unknown>, kind: FindingKind = 'files') =>
    ({ kind, object, problem: 'belongs to no container', repair }) as const
  const found = [join(store, 'snapshots'), join(store, 'containers'), join(run, 'containers')]
    .flatMap((folder) => entries(folder))
    .map((path) => orphan(path, () => removeTree(path)))
  const states = context.runtime
    .ids()
    .map((id) => orphan(join(context.runtime.root, id), () => releaseContainer(context, id), 'runtime'))
  // Read after the directories: what was made meanwhile has its row.
  const known = new Set(listContainers(context.db).map(({ id }) => id))
  const boots = entries(dirname(run)).filter((path) => path !== run && boot.test(basename(path)))
  return [
    ...[...found, ...states].filter(({ object }) => !known.has(basename(object))),
    ...boots.map((path) => ({
      kind: 'files' as const,
      object: path,
      problem: 'is of an earlier boot',
      repair: () => removeTree(path),
    })),
  ]
}

function entries(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name))
}
