import { CofferdamError } from '@cofferdam/core'
import {
  AT_EMPTY_PATH,
  closeQuietly,
  fsconfigCreate,
  fsconfigSet,
  fsmount,
  fsopen,
  mountSetattr,
  openTree,
  OPEN_TREE_CLONE,
} from '@cofferdam/sys'
import { MountAttr } from '../options/constants.js'
import { type Directory, openDirectories } from './directory.js'
import { layerName, overlayError, type OverlayLayers } from './layers.js'
import { mountLegacy } from './legacy.js'
import { probeOverlay, type OverlayFeatures } from './probe.js'

/** Layers that one overlay can have (`OVL_MAX_STACK` of the kernel). */
export const MAX_LAYERS = 500

/** Bytes of a parameter of fsconfig(2). */
const PARAMETER_LIMIT = 255

/** {@link mountOverlay}'s layers. */
export interface OverlayOptions {
  /** Read-only layers, the topmost first, by path or directory descriptor. */
  readonly lower: readonly Directory[]
  /** Where changes go; without it the mount is read-only. */
  readonly upper?: Directory
  /** Empty directory on the file system of `upper`, for the kernel. */
  readonly work?: Directory
  /** `volatile`: changes are not synced to the disk; a crash loses the whole upper (Linux 5.10). */
  readonly volatile?: boolean
  /** Directory that more than about 14 layers are mounted on for a moment before Linux 6.8. */
  readonly mountpoint?: string
  /** What the kernel can do; probed once when not given. */
  readonly features?: OverlayFeatures
}

/**
 * Mounts layers as one tree and returns a descriptor of the detached mount (as fsmount(2) gives): it is nowhere in the file system until it
 * is moved, and is gone when the last descriptor is closed. Always with `userxattr`, so that whiteouts and opaque
 * marks have one form for root and for users. One layer without an upper is a read-only clone of its mount.
 *
 * Like `mount -t overlay -o userxattr,lowerdir=L,upperdir=U,workdir=W`; Documentation/filesystems/overlayfs.rst,
 * `lowerdir+` from Linux 6.8, before that one `lowerdir`, or mount(2) for what is too long for it.
 * @throws CofferdamError `ERR_OVERLAY_MISSING_LAYER`, `ERR_OVERLAY_TOO_MANY_LAYERS`, `ERR_OVERLAY_MOUNT`,
 * `ERR_INVALID_OVERLAY`
 */
export async function mountOverlay(options: OverlayOptions): Promise<number> {
  check(options)
  const { lower, upper, work } = options
  const [lowerFds, closeLower] = openDirectories(lower, 'layer')
  try {
    if (upper === undefined && lowerFds.length === 1) return readOnlyClone(lowerFds[0] as number)
    const [changeFds, closeChange] = openDirectories(
      upper === undefined ? [] : [upper, work as Directory],
      'directory of changes',
    )
    try {
      const features = options.features ?? knownFeatures()
      const layers = {
        lower: lowerFds,
        upper: changeFds[0],
        work: changeFds[1],
        volatile: options.volatile ?? false,
      }
      const lower = lowerParameters(layers, features)
      return lower === undefined ? await mountLegacy(layers, options.mountpoint) : mountContext(layers, lower)
    } finally {
      closeChange()
    }
  } finally {
    closeLower()
  }
}

function check({ lower, upper, work }: OverlayOptions): void {
  if (lower.length === 0) throw new CofferdamError('ERR_INVALID_OVERLAY', 'overlay without a layer')
  if (lower.length > MAX_LAYERS) {
    throw new CofferdamError(
      'ERR_OVERLAY_TOO_MANY_LAYERS',
      `overlay of ${lower.length} layers: the kernel allows ${MAX_LAYERS}`,
      { hint: 'flatten the image into fewer layers' },
    )
  }
  if ((upper === undefined) !== (work === undefined)) {
    throw new CofferdamError('ERR_INVALID_OVERLAY', 'overlay needs both upper and work directory, or neither')
  }
}

function readOnlyClone(fd: number): number {
  const tree = openTree(fd, '', OPEN_TREE_CLONE | AT_EMPTY_PATH)
  try {
    mountSetattr(tree, '', AT_EMPTY_PATH, { set: MountAttr.RDONLY })
    return tree
  } catch (error) {
    closeQuietly(tree)
    throw error
  }
}

function knownFeatures(): OverlayFeatures {
  try {
    return probeOverlay()
  } catch (error) {
    throw overlayError(error)
  }
}

type Parameters = readonly (readonly [key: string, value: string])[]

/** The lower layers for fsconfig(2); undefined where they have to be one parameter, and are too long for it. */
function lowerParameters({ lower }: OverlayLayers, features: OverlayFeatures): Parameters | undefined {
  if (features.lowerdirPlus) return lower.map((fd) => ['lowerdir+', layerName(fd)])
  const joined = lower.map(layerName).join(':')
  return joined.length > PARAMETER_LIMIT ? undefined : [['lowerdir', joined]]
}

function mountContext(layers: OverlayLayers, lower: Parameters): number {
  const context = fsopen('overlay')
  try {
    fsconfigSet(context, 'source', 'overlay')
    fsconfigSet(context, 'userxattr')
    for (const [key, value] of lower) fsconfigSet(context, key, value)
    if (layers.upper !== undefined && layers.work !== undefined) {
      fsconfigSet(context, 'upperdir', layerName(layers.upper))
      fsconfigSet(context, 'workdir', layerName(layers.work))
      if (layers.volatile) fsconfigSet(context, 'volatile')
    }
    fsconfigCreate(context)
    return fsmount(context, layers.upper === undefined ? MountAttr.RDONLY : 0)
  } catch (error) {
    throw overlayError(error)
  } finally {
    closeQuietly(context)
  }
}
