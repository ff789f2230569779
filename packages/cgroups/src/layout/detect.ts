import { readFileSync } from 'node:fs'
import { CofferdamError } from '@cofferdam/core'
import { type CgroupMount, parseCgroupMounts } from './mountinfo.js'

/** How this host has its control groups. */
export interface CgroupLayout {
  /** `hybrid`: v1 controllers beside a v2 hierarchy. */
  readonly mode: 'v1' | 'hybrid' | 'v2'
  /** v1 hierarchies, one per mount, without those that only have a name. */
  readonly v1: readonly Hierarchy[]
  /** The v2 hierarchy, if it is mounted. */
  readonly v2?: Hierarchy
}

/** One mounted hierarchy. */
export interface Hierarchy {
  readonly version: 1 | 2
  readonly mountPoint: string
  /** The cgroup shown at the mount point. */
  readonly root: string
  /** v1: the controllers of this hierarchy. v2: empty, they are in `cgroup.controllers`. */
  readonly controllers: readonly string[]
}

/**
 * The layout in a mountinfo text. Of several mounts of one hierarchy the first that shows its root counts, else the
 * first.
 * @throws CofferdamError `ERR_CGROUP_UNAVAILABLE`: no cgroup file system is mounted
 */
export function layoutOf(mountinfo: string): CgroupLayout {
  const byHierarchy = new Map<string, CgroupMount>()
  for (const mount of parseCgroupMounts(mountinfo)) {
    const key = mount.version === 2 ? '' : [...mount.controllers].sort().join()
    const known = byHierarchy.get(key)
    if (known === undefined || (known.root !== '/' && mount.root === '/')) byHierarchy.set(key, mount)
  }
  const mounts = [...byHierarchy.values()]
  const v2 = mounts.find(({ version }) => version === 2)
  const v1 = mounts.filter(
    ({ version, controllers }) => version === 1 && controllers.some((name) => !name.startsWith('name=')),
  )
  if (v2 === undefined && v1.length === 0)
    throw new CofferdamError('ERR_CGROUP_UNAVAILABLE', 'no cgroup file system is mounted here', {
      path: '/proc/self/mountinfo',
      hint: 'mount one: mount -t cgroup2 cgroup2 /sys/fs/cgroup',
    })
  return {
    mode: v1.length === 0 ? 'v2' : v2 === undefined ? 'v1' : 'hybrid',
    v1,
    ...(v2 === undefined ? {} : { v2 }),
  }
}

let detected: CgroupLayout | undefined

/**
 * This process's layout, read once from /proc/self/mountinfo.
 * @throws CofferdamError `ERR_CGROUP_UNAVAILABLE`
 */
export function detectLayout(): CgroupLayout {
  detected ??= layoutOf(readFileSync('/proc/self/mountinfo', 'utf8'))
  return detected
}
