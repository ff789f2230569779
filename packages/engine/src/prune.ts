import { discardContainer } from './container/discard.js'
import type { ImageService } from './images/service.js'
import type { EngineContext } from './launch/context.js'
import { configOf } from './state/config.js'
import { listContainers } from './state/records.js'

/** What `prune` removed. */
export interface Pruned {
  readonly containers: number
  readonly images: number
  /** Bytes of blobs and layers. */
  readonly bytes: number
}

/** Removes ended containers, then images that no container uses (where asked for), then what no image needs. */
export async function prune(context: EngineContext, images: ImageService, unused: boolean): Promise<Pruned> {
  const ended = listContainers(context.db).filter((record) => record.status === 'exited')
  let containers = 0
  for (const { id } of ended) if ((await discardContainer(context, id)) === undefined) containers += 1
  const used = new Set(listContainers(context.db).map((record) => record.image))
  let count = 0
  if (unused) {
    for (const { name, digest } of await images.list()) {
      if (name !== undefined && used.has(name)) continue
      await images.remove(name ?? digest)
      count += 1
    }
  }
  // No container gets its row meanwhile: it has it before, or finds its layers gone when it opens them.
  const layers = () => listContainers(context.db).flatMap((record) => configOf(record).diffIds)
  const bytes = await images.collect((take) => context.db.transaction(() => take(layers())))
  return { containers, images: count, bytes }
}
