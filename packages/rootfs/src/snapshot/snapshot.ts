import { chmodSync, chownSync, fstatSync, lstatSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CofferdamError, errorMessage, isErrno } from '@cofferdam/core'
import type { Directory } from '../overlay/directory.js'
import { mountOverlay } from '../overlay/mount.js'
import type { OverlayFeatures } from '../overlay/probe.js'
import { removeTree } from './remove.js'

/** {@link createSnapshot}'s layers. */
export interface SnapshotOptions {
  /** Read-only layers, the topmost first. */
  readonly lower: readonly Directory[]
  /** `volatile` overlay: no syncs; for what is thrown away. */
  readonly volatile?: boolean
  /** What the kernel can do; probed once when not given. */
  readonly features?: OverlayFeatures
}

/** A writable view of layers: `directory` holds what was changed. */
export interface Snapshot extends AsyncDisposable {
  /** The directory made for it, 0700, with `upper` and `work`. */
  readonly directory: string
  /** What was changed, in overlay form. */
  readonly upper: string
  /** Mounts it and returns a descriptor of the detached mount, to be closed by the caller. */
  mount(): Promise<number>
  /** Removes directory and changes; the mount must be gone or dying. Idempotent. */
  remove(): Promise<void>
}

function snapshotAt(directory: string, options: SnapshotOptions): Snapshot {
  const upper = join(directory, 'upper')
  const remove = () => removeTree(directory)
  return {
    directory,
    upper,
    mount: () =>
      mountOverlay({
        ...options,
        upper,
        work: join(directory, 'work'),
        mountpoint: join(directory, 'merged'),
      }),
    remove,
    [Symbol.asyncDispose]: remove,
  }
}

/** The root of an overlay has the attributes of the upper directory: it gets those of the topmost layer. */
function likeRoot(upper: string, top: Directory | undefined): void {
  const stat =
    typeof top === 'number'
      ? fstatSync(top)
      : top === undefined
        ? undefined
        : lstatSync(top, { throwIfNoEntry: false })
  if (stat !== undefined && (stat.uid !== 0 || stat.gid !== 0)) chownSync(upper, stat.uid, stat.gid)
  chmodSync(upper, stat?.isDirectory() ? stat.mode & 0o7777 : 0o755)
}

/**
 * Makes the directories of a new snapshot. The parent must exist, `directory` must not.
 * @throws CofferdamError `ERR_SNAPSHOT_EXISTS`, `ERR_SNAPSHOT_CREATE`
 */
export function createSnapshot(directory: string, options: SnapshotOptions): Snapshot {
  const path = resolve(directory)
  try {
    mkdirSync(path, 0o700)
    for (const name of ['upper', 'work', 'merged']) mkdirSync(join(path, name), 0o700)
    likeRoot(join(path, 'upper'), options.lower[0])
  } catch (error) {
    throw new CofferdamError(
      isErrno(error, 'EEXIST') ? 'ERR_SNAPSHOT_EXISTS' : 'ERR_SNAPSHOT_CREATE',
      `create snapshot ${path}: ${errorMessage(error)}`,
      { path, syscall: 'mkdir', cause: error },
    )
  }
  return snapshotAt(path, options)
}

/** A snapshot made earlier, by this process or another. */
export function openSnapshot(directory: string, options: SnapshotOptions): Snapshot {
  return snapshotAt(resolve(directory), options)
}
