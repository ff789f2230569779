import type { ImageService } from '../images/service.js'
import type { Inconsistency } from './finding.js'

/** What pulls of dead processes left; with `deep` also images that lack a part. */
export async function inspectImages(images: ImageService, deep: boolean): Promise<Inconsistency[]> {
  const left = await images.sweep({ dryRun: true })
  const broken = deep ? await images.incomplete() : []
  return [
    ...left.map((path) => ({
      kind: 'image' as const,
      object: path,
      problem: 'was left by a process that died',
      repair: () => images.sweep(),
    })),
    ...broken.map(({ name, missing }) => ({
      kind: 'image' as const,
      object: name,
      problem: `lacks ${missing}: pull it again or remove it`,
    })),
  ]
}
