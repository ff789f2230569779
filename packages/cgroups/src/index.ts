/**
 * Control groups v1, hybrid and v2: limits, statistics, freeze, kill, OOM kills.
 * @packageDocumentation
 */
export { Cgroup } from './cgroup.js'
export type { CgroupOptions } from './cgroup.js'
export type { CgroupEntry } from './entry.js'
export { sharesToWeight } from './controllers/cpu.js'
export { blkioToIoWeight } from './controllers/io.js'
export { MIN_MEMORY } from './controllers/memory.js'
export { detectLayout, layoutOf } from './layout/detect.js'
export type { CgroupLayout, Hierarchy } from './layout/detect.js'
export { parseMembership } from './layout/membership.js'
export type { Membership } from './layout/membership.js'
export { parseCgroupMounts } from './layout/mountinfo.js'
export type { CgroupMount } from './layout/mountinfo.js'
export { toResources, weightToShares } from './limits.js'
export type { CgroupFiles, CgroupLimits } from './limits.js'
export { DEFAULT_ROOT } from './name.js'
export type {
  BlockDevice,
  BlockIoResources,
  CgroupResources,
  CpuResources,
  DeviceRule,
  MemoryResources,
  ThrottledDevice,
} from './resources.js'
export type { CgroupStat, IoStat } from './stat.js'
