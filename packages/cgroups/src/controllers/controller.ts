import type { CgroupResources } from '../resources.js'

/** A value for a file of a cgroup. */
export interface FileWrite {
  /** Controller that has the file: v1's name (`cpu`, `blkio`), which says where the file lies there. */
  readonly controller: string
  /** The file's name; of several the first that exists. */
  readonly file: string | readonly string[]
  /** One for whichever file it is, or one for each. */
  readonly value: string | readonly string[]
  /** May fail: the value only repeats or prepares another one. */
  readonly optional?: boolean
}

/** One controller: turns limits into writes. Each function throws a typed error for what it must refuse. */
export interface Controller {
  /** Writes for the v1 hierarchy, in order. */
  v1(resources: CgroupResources): FileWrite[]
  /** Writes for the v2 hierarchy, in order. */
  v2(resources: CgroupResources): FileWrite[]
  /** The v2 controllers that must be enabled for these limits. */
  needs(resources: CgroupResources): string[]
}
