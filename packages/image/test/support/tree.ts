import { createHash } from 'node:crypto'
import { constants, lstatSync, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { closeFd, getXattr, listXattr } from '@cofferdam/sys'

/** Options of {@link describeTree}. */
export interface TreeOptions {
  /** Paths that are left out, with all below. */
  readonly except?: readonly string[]
}

function xattrs(path: Buffer): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    return listXattr(fd)
      .filter((name) => !/^(user|trusted)\.(overlay|rootlesscontainers)/.test(name))
      .sort()
      .map((name) => `${name}=${getXattr(fd, name)?.toString('hex')}`)
      .join(' ')
  } finally {
    closeFd(fd)
  }
}

/**
 * A tree as one line for each path: type, mode, owner, time, device, link target, content, extended attributes, and
 * which paths are one file. Two trees are equal if their descriptions are. Latin-1 stands for bytes in names.
 */
export function describeTree(root: string, options: TreeOptions = {}): Map<string, string> {
  const lines = new Map<string, string>()
  const inodes = new Map<string, string>()
  const visit = (path: string): void => {
    if (options.except?.includes(path)) return
    const full = Buffer.from(path === '' ? root : `${root}/${path}`, 'latin1')
    const stats = lstatSync(full)
    const type = stats.mode & constants.S_IFMT
    const parts = [
      `mode=${stats.mode.toString(8)} owner=${stats.uid}:${stats.gid} mtime=${Math.floor(stats.mtimeMs / 1000)}`,
    ]
    if (stats.isSymbolicLink()) parts.push(`target=${readlinkSync(full, 'latin1')}`)
    if (type === constants.S_IFCHR || type === constants.S_IFBLK) parts.push(`device=${stats.rdev}`)
    if (stats.isFile()) parts.push(`sha256=${createHash('sha256').update(readFileSync(full)).digest('hex')}`)
    if (stats.isFile() || stats.isDirectory()) parts.push(xattrs(full))
    if (!stats.isDirectory() && stats.nlink > 1) {
      const key = `${stats.dev}:${stats.ino}`
      if (!inodes.has(key)) inodes.set(key, path)
      parts.push(`same as ${inodes.get(key)}`)
    }
    lines.set(path, parts.join(' '))
    if (!stats.isDirectory()) return
    for (const name of readdirSync(full, 'latin1').sort()) visit(path === '' ? name : `${path}/${name}`)
  }
  visit('')
  return lines
}

/** The paths at which two trees differ, with both lines. */
export function compareTrees(left: Map<string, string>, right: Map<string, string>): string[] {
  const paths = new Set([...left.keys(), ...right.keys()])
  return [...paths].flatMap((path) =>
    left.get(path) === right.get(path) ? [] : [`${path}\n  ${left.get(path)}\n  ${right.get(path)}`],
  )
}
