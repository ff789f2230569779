import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { closeFd, fsconfigCreate, fsconfigSet, fsmount, fsopen } from '@cofferdam/sys'

/** Mounts layers (the lowest first) read-only nowhere, and calls `body` with a path to the tree. */
export async function withOverlay<T>(
  layers: readonly string[],
  body: (path: string) => T | Promise<T>,
): Promise<T> {
  const context = fsopen('overlay')
  const lowers = await Promise.all(
    layers.map((path) => open(path, constants.O_RDONLY | constants.O_DIRECTORY)),
  )
  let mount = -1
  try {
    fsconfigSet(context, 'userxattr')
    for (const lower of lowers.reverse()) fsconfigSet(context, 'lowerdir+', `/proc/self/fd/${lower.fd}`)
    fsconfigCreate(context)
    mount = fsmount(context, 0)
    return await body(`/proc/self/fd/${mount}/.`)
  } finally {
    if (mount >= 0) closeFd(mount)
    closeFd(context)
    await Promise.all(lowers.map((lower) => lower.close()))
  }
}
