import { join, resolve } from 'node:path'
import { isErrno } from '@cofferdam/core'
import { Lane, MNT_DETACH, umount, UMOUNT_NOFOLLOW } from '@cofferdam/sys'

/**
 * Takes off what a process killed in the middle of {@link Snapshot.mount} has left on the host: before Linux 6.8 the
 * overlay stands on the snapshot's `merged` for a moment. Idempotent; a snapshot that is gone is no error.
 * Like `umount -l SNAPSHOT/merged`; umount2(2).
 * @throws CofferdamError `ERR_SYSCALL`
 */
export async function unmountRemains(directory: string): Promise<void> {
  using lane = new Lane()
  try {
    for (;;) await umount(lane, join(resolve(directory), 'merged'), MNT_DETACH | UMOUNT_NOFOLLOW)
  } catch (error) {
    // EINVAL: nothing is mounted there.
    if (!isErrno(error, 'EINVAL', 'ENOENT')) throw error
  }
}
