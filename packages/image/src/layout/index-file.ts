import { join } from 'node:path'
import { isIndex, maxManifestSize, parseManifest } from '../content/manifest.js'
import { mediaTypes } from '../content/media-types.js'
import type { Descriptor, Index } from '../content/descriptor.js'
import { readSmall, replaceFile, tooLarge } from './files.js'
import { openLocked } from './lock.js'

/** The annotation that names an entry of index.json (image-spec image-layout.md). */
export const refName = 'org.opencontainers.image.ref.name'

const empty: Index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] }

/** The parsed index.json of a layout; empty where there is none. @throws CofferdamError `ERR_INVALID_MANIFEST` */
export async function readIndexFile(root: string): Promise<Index> {
  const path = join(root, 'index.json')
  const bytes = await readSmall(path, maxManifestSize)
  if (bytes === undefined) return empty
  const document = parseManifest(bytes, mediaTypes.index, path)
  return isIndex(document) ? document : empty
}

/** Changes the entries of index.json while no other process does. @throws CofferdamError `ERR_TOO_LARGE` */
export async function changeIndexFile(
  root: string,
  change: (manifests: readonly Descriptor[]) => readonly Descriptor[] | Promise<readonly Descriptor[]>,
  signal?: AbortSignal,
): Promise<void> {
  await using _lock = await openLocked(join(root, '.lock'), signal)
  const index = await readIndexFile(root)
  const manifests = await change(index.manifests)
  if (manifests === index.manifests) return
  const path = join(root, 'index.json')
  const bytes = Buffer.from(`${JSON.stringify({ ...index, manifests })}\n`)
  if (bytes.length > maxManifestSize) {
    const hint = 'take names away that are not needed, or name images with fewer annotations'
    throw tooLarge(path, bytes.length, maxManifestSize, hint) // it could never be read again
  }
  await replaceFile(path, bytes, join(root, '.ingest'))
}

/** `manifests` with `descriptor` under a name, which no other entry has then. */
export function withName(
  manifests: readonly Descriptor[],
  name: string,
  descriptor: Descriptor,
): readonly Descriptor[] {
  const annotations = { ...descriptor.annotations, [refName]: name }
  const { data: _, ...rest } = descriptor
  return [...manifests.filter((entry) => entry.annotations?.[refName] !== name), { ...rest, annotations }]
}
