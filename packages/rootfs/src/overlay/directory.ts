import { closeSync, constants, openSync } from 'node:fs'
import { CofferdamError, errorMessage, isErrno } from '@cofferdam/core'
import { O_PATH } from '@cofferdam/sys'

/** A directory by path or by a descriptor that the caller keeps. */
export type Directory = string | number

/** Opens a directory with O_PATH, not following a symbolic link in its last component. */
export function openDirectory(path: string): number {
  return openSync(path, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW)
}

/** Descriptors for `directories`, and a function that closes those opened here. */
export function openDirectories(directories: readonly Directory[], what: string): [number[], () => void] {
  const opened: number[] = []
  const close = () => opened.splice(0).forEach((fd) => closeSync(fd))
  try {
    const fds = directories.map((directory) => {
      if (typeof directory === 'number') return directory
      const fd = openDirectory(directory)
      opened.push(fd)
      return fd
    })
    return [fds, close]
  } catch (error) {
    close()
    const path = (error as { path?: string }).path
    throw new CofferdamError(
      isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP') ? 'ERR_OVERLAY_MISSING_LAYER' : 'ERR_OVERLAY_LAYER',
      `open ${what} ${path}: ${errorMessage(error)}`,
      {
        syscall: 'open',
        cause: error,
        ...(path === undefined ? {} : { path }),
        hint: 'the directory of a layer was removed or never unpacked: pull the image again',
      },
    )
  }
}
