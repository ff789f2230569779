import { CofferdamError } from '@cofferdam/core'
import {
  closeQuietly,
  Lane,
  MNT_DETACH,
  mount,
  openTree,
  OPEN_TREE_CLONE,
  AT_FDCWD,
  umount,
} from '@cofferdam/sys'
import { layerName, overlayError, type OverlayLayers } from './layers.js'

/** Bytes of options that mount(2) takes; it cuts what is longer without an error, losing layers. */
export const MOUNT_DATA_LIMIT = 4095

const MS_RDONLY = 1

/** The options of mount(2) for an overlay. */
export function overlayData(layers: OverlayLayers): string {
  const parts = ['userxattr', `lowerdir=${layers.lower.map(layerName).join(':')}`]
  if (layers.upper !== undefined && layers.work !== undefined) {
    parts.push(`upperdir=${layerName(layers.upper)}`, `workdir=${layerName(layers.work)}`)
    if (layers.volatile) parts.push('volatile')
  }
  return parts.join(',')
}

/**
 * The way of many layers before Linux 6.8: mount(2) on `mountpoint`, a detached clone of that mount, and off again.
 * @throws CofferdamError `ERR_OVERLAY_TOO_MANY_LAYERS` when the options pass {@link MOUNT_DATA_LIMIT}
 */
export async function mountLegacy(layers: OverlayLayers, mountpoint: string | undefined): Promise<number> {
  const data = overlayData(layers)
  if (Buffer.byteLength(data) > MOUNT_DATA_LIMIT) {
    throw new CofferdamError(
      'ERR_OVERLAY_TOO_MANY_LAYERS',
      `overlay of ${layers.lower.length} layers: its options are ${data.length} bytes, mount(2) takes ${MOUNT_DATA_LIMIT}`,
      { syscall: 'mount', hint: 'flatten the image, or use Linux 6.8 or newer' },
    )
  }
  if (mountpoint === undefined) {
    throw new CofferdamError('ERR_INVALID_OVERLAY', 'overlay before Linux 6.8 needs a mountpoint')
  }
  try {
    mount('overlay', mountpoint, 'overlay', layers.upper === undefined ? MS_RDONLY : 0, data)
  } catch (error) {
    throw overlayError(error)
  }
  let fd: number | undefined
  using lane = new Lane()
  try {
    fd = openTree(AT_FDCWD, mountpoint, OPEN_TREE_CLONE)
  } finally {
    await umount(lane, mountpoint, MNT_DETACH).catch((error: unknown) => {
      closeQuietly(fd)
      throw error
    })
  }
  return fd
}
