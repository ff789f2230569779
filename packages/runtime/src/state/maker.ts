import { readlinkSync, symlinkSync } from 'node:fs'
import { isErrno } from '@cofferdam/core'
import { formatOwner, ownerAlive, ownerOf, parseOwner } from '@cofferdam/sys'

let own: string | undefined

/** Notes that this process makes a container: as the target of a link, which is written whole by one system call. */
export function noteMaker(path: string): void {
  own ??= formatOwner(ownerOf())
  symlinkSync(own, path)
}

/** Whether the process lives that made a note; false where there is none. */
export function makerLives(path: string): boolean {
  try {
    return ownerAlive(parseOwner(readlinkSync(path)))
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EINVAL')) return false
    throw error
  }
}
