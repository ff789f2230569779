import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { errorMessage } from '@cofferdam/core'
import { LOCK, Lane, lock, tryLock } from '@cofferdam/sys'
import type { ImageService } from '../images/service.js'
import type { EngineContext } from '../launch/context.js'
import { inspectContainers } from './containers.js'
import { inspectFiles } from './files.js'
import type { Finding, Inconsistency } from './finding.js'
import { inspectImages } from './images.js'
import { inspectNetworks } from './networks.js'

/** What {@link reconcile} does besides looking. */
export interface ReconcileOptions {
  readonly repair: boolean
  /** Looks at the contents of images too. */
  readonly deep?: boolean
}

/**
 * Compares state, files and kernel, and with `repair` mends what differs. One process at a time mends; it looks again
 * when it has the lock, so that a second finds everything done. What cannot be mended does not stop the rest.
 */
export async function reconcile(
  context: EngineContext,
  images: ImageService,
  { repair, deep = false }: ReconcileOptions,
): Promise<Finding[]> {
  const seen = await inspect(context, images, deep)
  if (!repair) return seen.map((one) => finding(one, false))
  await using file = await open(join(context.roots.run, 'reconcile.lock'), 'a', 0o600)
  // What another process mends just now is its own meanwhile.
  if (seen.length === 0 && tryLock(file.fd, LOCK.SH)) return []
  using lane = new Lane()
  await lock(lane, file.fd, LOCK.EX)
  const findings: Finding[] = []
  for (const look of inspections(context, images, deep))
    for (const one of await look()) findings.push(await mend(one))
  return findings
}

/** What is looked at, in the order of mending: a network may be held by what is left of a container. */
function inspections(context: EngineContext, images: ImageService, deep: boolean) {
  return [
    () => inspectContainers(context),
    () => inspectFiles(context),
    () => inspectNetworks(context),
    () => inspectImages(images, deep),
  ]
}

async function inspect(...all: Parameters<typeof inspections>): Promise<Inconsistency[]> {
  return (await Promise.all(inspections(...all).map((look) => look()))).flat()
}

async function mend(one: Inconsistency): Promise<Finding> {
  if (one.repair === undefined) return finding(one, false)
  try {
    await one.repair()
    return finding(one, true)
  } catch (error) {
    return finding({ ...one, problem: `${one.problem}; cannot be mended: ${errorMessage(error)}` }, false)
  }
}

function finding({ kind, object, problem }: Inconsistency, repaired: boolean): Finding {
  return { kind, object, problem, repaired }
}
