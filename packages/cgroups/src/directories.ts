import type { CgroupLayout, Hierarchy } from './layout/detect.js'

/** A cgroup's directory in one hierarchy. */
export interface Directory {
  readonly hierarchy: Hierarchy
  readonly path: string
}

/** A cgroup's directories: v1 hierarchies first, v2 last. */
export function directories(layout: CgroupLayout, path: string): Directory[] {
  const hierarchies = layout.v2 === undefined ? layout.v1 : [...layout.v1, layout.v2]
  return hierarchies.map((hierarchy) => ({ hierarchy, path: hierarchy.mountPoint + path }))
}

/** The directory that has a controller's files: on v1 that controller's hierarchy, on v2 the only one. */
export function directoryOf(
  all: readonly Directory[],
  controller: string,
  mode: CgroupLayout['mode'],
): string | undefined {
  return mode === 'v2'
    ? all[0]?.path
    : all.find(({ hierarchy }) => hierarchy.controllers.includes(controller))?.path
}

/** The directory in the v2 hierarchy, if there is one. */
export function unifiedDirectory(all: readonly Directory[]): string | undefined {
  return all.find(({ hierarchy }) => hierarchy.version === 2)?.path
}
