import { lstatSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Lane, MNT_DETACH, umount, UMOUNT_NOFOLLOW } from '@cofferdam/sys'

/**
 * Takes off what a process killed in the middle of {@link Snapshot.mount} has left on the host: before Linux 6.8 an
 * overlay of many layers stands on the snapshot's `merged` for a moment. Idempotent; a snapshot that is gone is no error.
 * Like `umount -l SNAPSHOT/merged`; umount2(2).
 * @throws CofferdamError `ERR_SYSCALL`
 */
export async function unmountRemains(directory: string): Promise<void> {
  const mountpoint = join(resolve(directory), 'merged')
  if (!isMounted(mountpoint)) return
  using lane = new Lane()
  do {
    try {
      await umount(lane, mountpoint, MNT_DETACH | UMOUNT_NOFOLLOW)
    } catch (error) {
      // Unless another process has just done it.
      if (isMounted(mountpoint)) throw error
    }
  } while (isMounted(mountpoint))
}

/** An overlay has a device number of its own. */
function isMounted(mountpoint: string): boolean {
  const [root, parent] = [mountpoint, join(mountpoint, '..')].map((path) =>
    lstatSync(path, { throwIfNoEntry: false }),
  )
  return root !== undefined && root.dev !== parent?.dev
}
