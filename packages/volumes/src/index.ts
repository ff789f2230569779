/**
 * Volumes of containers: bind mounts and tmpfs, checked, and as mounts of a specification.
 * @packageDocumentation
 */
export { bindMount, volumeMounts } from './mounts.js'
export { parseTmpfs, parseVolume } from './texts.js'
export { bind, normalizeVolumes, tmpfs } from './volumes.js'
export type { BindVolume, TmpfsVolume, Volume, VolumeSource } from './volumes.js'
