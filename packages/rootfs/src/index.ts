/**
 * Mount options, overlay mounts without paths, snapshots, and launch ops for mounts and devices.
 * @packageDocumentation
 */
export { MountAttr, Propagation } from './options/constants.js'
export type { PropagationType } from './options/constants.js'
export { mountOptionNames, parseMountOptions } from './options/parse.js'
export type { AttributeChange, MountOptions, PropagationChange } from './options/parse.js'
export { MAX_LAYERS, mountOverlay } from './overlay/mount.js'
export type { OverlayOptions } from './overlay/mount.js'
export type { Directory } from './overlay/directory.js'
export { probeOverlay } from './overlay/probe.js'
export type { OverlayFeatures } from './overlay/probe.js'
export { createSnapshot, openSnapshot } from './snapshot/snapshot.js'
export type { Snapshot, SnapshotOptions } from './snapshot/snapshot.js'
export { unmountRemains } from './snapshot/remains.js'
export { removeTree } from './snapshot/remove.js'
export { defaultDevices, deviceLinkOps, deviceOps } from './plan/devices.js'
export type { DeviceNode, DeviceOptions } from './plan/devices.js'
export { mountOps, normalizeDestination } from './plan/mounts.js'
export type { MountEntry, MountPlan } from './plan/mounts.js'
export { cgroupMountOps } from './plan/cgroup.js'
export type { CgroupHierarchy, CgroupLayout } from './plan/cgroup.js'
