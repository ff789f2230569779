import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { CofferdamError, errorMessage, isErrno } from '@cofferdam/core'
import { closeQuietly, O_PATH, openat2, RESOLVE } from '@cofferdam/sys'

const PASSWD_LIMIT = 1 << 20

/**
 * Opens the root directory of a container.
 * @throws CofferdamError `ERR_ROOTFS_MISSING`
 */
export function openRoot(bundle: string, path: string): { readonly path: string; readonly fd: number } {
  const absolute = resolve(bundle, path)
  try {
    return { path: absolute, fd: openSync(absolute, O_PATH | constants.O_DIRECTORY) }
  } catch (error) {
    throw new CofferdamError('ERR_ROOTFS_MISSING', `root file system ${absolute}: ${errorMessage(error)}`, {
      path: absolute,
      syscall: 'open',
      cause: error,
      hint: 'root.path of config.json must name a directory, absolute or relative to the bundle',
    })
  }
}

function readInside(root: number, path: string, limit: number): string | undefined {
  let fd: number
  try {
    // Not blocking: the file may be a FIFO that nobody writes to.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
    fd = openat2(root, path, flags, RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS)
  } catch {
    return undefined
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile() || stat.size > limit) return undefined
    const buffer = Buffer.alloc(stat.size)
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0))
  } catch (error) {
    if (isErrno(error, 'EIO', 'EISDIR')) return undefined
    throw error
  } finally {
    closeSync(fd)
  }
}

/**
 * The home directory of a user in the container's /etc/passwd, resolved inside its root; `/` where there is none,
 * the file is missing, no regular file, or larger than 1 MiB.
 */
export function homeOf(root: number, uid: number): string {
  for (const line of (readInside(root, 'etc/passwd', PASSWD_LIMIT) ?? '').split('\n')) {
    const fields = line.split(':')
    if (fields.length >= 6 && /^\d+$/.test(fields[2] ?? '') && Number(fields[2]) === uid)
      return fields[5] || '/'
  }
  return '/'
}

/** HOME for a process: only looked up where its environment has none. */
export function homeFor(root: number, uid: number | undefined, env: readonly string[] | undefined): string {
  const given = env?.findLast((entry) => entry.startsWith('HOME='))
  return given !== undefined && given.length > 'HOME='.length
    ? given.slice('HOME='.length)
    : homeOf(root, uid ?? 0)
}

/** Closes what was opened for a launch. */
export function closeAll(fds: Iterable<number>): void {
  for (const fd of fds) closeQuietly(fd)
}
