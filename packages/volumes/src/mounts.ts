import type { Mount } from '@cofferdam/oci-spec'
import type { Volume } from './volumes.js'

/** A host file or directory as a mount of a specification, with its submounts; changes of mounts do not travel. */
export function bindMount(destination: string, source: string, readonly = false): Mount {
  return { destination, type: 'bind', source, options: ['rbind', 'rprivate', ...(readonly ? ['ro'] : [])] }
}

/** Volumes as mounts of a specification, those nearer to the root first (runtime-spec config.md, "Mounts"). */
export function volumeMounts(volumes: readonly Volume[]): Mount[] {
  return volumes.map(volumeMount).sort((a, b) => depth(a) - depth(b))
}

function volumeMount({ target, source }: Volume): Mount {
  if (source.type === 'bind') return bindMount(target, source.source, source.readonly)
  const size = source.size === undefined ? [] : [`size=${source.size}`]
  return {
    destination: target,
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'nodev', 'noexec', `mode=${source.mode}`, ...size],
  }
}

function depth(mount: Mount): number {
  return mount.destination.split('/').length
}
