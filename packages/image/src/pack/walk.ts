import { constants, type Stats } from 'node:fs'
import { lstat, open, readdir, readlink, type FileHandle } from 'node:fs/promises'
import { getXattr, listXattr } from '@cofferdam/sys'
import type { TarEntry } from './header.js'

/** Options of {@link packDirectory}. */
export interface PackOptions {
  readonly signal?: AbortSignal
  /** Seconds: no file is newer in the archive (reproducible-builds.org, SOURCE_DATE_EPOCH). */
  readonly sourceDateEpoch?: number
  /** The owner of everything, instead of each file's. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** The directory is an upper one of overlayfs: its whiteouts and opaque marks become those of image-spec. */
  readonly overlay?: boolean
}

/** An entry, and for a file with content the open file. */
export interface WalkedEntry {
  readonly entry: TarEntry
  readonly file?: FileHandle
}

const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const separator = Buffer.from('/')
const overlayXattr = /^(user|trusted)\.overlay\./
const opaqueNames = ['user.overlay.opaque', 'trusted.overlay.opaque']

type Kind = TarEntry['type'] | 'socket'

function kindOf(stats: Stats): Kind {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'symlink'
  if (stats.isCharacterDevice()) return 'char'
  if (stats.isBlockDevice()) return 'block'
  return stats.isFIFO() ? 'fifo' : 'socket'
}

/** Attributes of a file or directory that images carry. */
function xattrsOf(file: FileHandle): (readonly [string, Buffer])[] {
  return listXattr(file.fd)
    .filter(
      (name) => (name.startsWith('user.') && !overlayXattr.test(name)) || name === 'security.capability',
    )
    .sort()
    .map((name) => [name, getXattr(file.fd, name) ?? Buffer.alloc(0)] as const)
}

/** Numbers of a device, as Linux packs them (makedev(3)). */
function device(rdev: number): { major: number; minor: number } {
  const bits = BigInt(rdev)
  return {
    major: Number(((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n)),
    minor: Number((bits & 0xffn) | ((bits >> 12n) & 0xffffff00n)),
  }
}

interface Walk {
  readonly root: Buffer
  readonly options: PackOptions
  /** Paths by device and inode of files with more than one name. */
  readonly links: Map<string, Buffer>
}

/** The empty file that stands for a whiteout (image-spec layer.md). */
function marker(directory: Buffer, name: Buffer, mtime: number): WalkedEntry {
  const path = directory.length === 0 ? name : Buffer.concat([directory, separator, name])
  return { entry: { type: 'file', path, mode: 0o600, uid: 0, gid: 0, size: 0, mtime } }
}

function whiteout(path: Buffer, mtime: number): WalkedEntry {
  const slash = path.lastIndexOf('/')
  const name = Buffer.concat([Buffer.from('.wh.'), path.subarray(slash + 1)])
  return marker(path.subarray(0, Math.max(0, slash)), name, mtime)
}

async function* walk(state: Walk, path: Buffer): AsyncGenerator<WalkedEntry> {
  const { root, options, links } = state
  options.signal?.throwIfAborted()
  const full = path.length === 0 ? root : Buffer.concat([root, separator, path])
  const stats = await lstat(full)
  const type = kindOf(stats)
  if (type === 'socket') return
  const epoch = options.sourceDateEpoch ?? Number.POSITIVE_INFINITY
  const base: TarEntry = {
    type,
    path: path.length === 0 ? Buffer.from('.') : path,
    mode: stats.mode & 0o7777,
    uid: options.owner?.uid ?? stats.uid,
    gid: options.owner?.gid ?? stats.gid,
    size: 0,
    mtime: Math.min(Math.floor(stats.mtimeMs / 1000), epoch),
  }
  if (options.overlay === true && type === 'char' && stats.rdev === 0) return yield whiteout(path, base.mtime)
  if (stats.nlink > 1 && type !== 'directory') {
    const key = `${stats.dev}:${stats.ino}`
    const first = links.get(key)
    if (first !== undefined) return yield { entry: { ...base, type: 'link', target: first } }
    links.set(key, path)
  }
  switch (type) {
    case 'symlink':
      return yield { entry: { ...base, target: await readlink(full, 'buffer') } }
    case 'char':
    case 'block':
      return yield { entry: { ...base, ...device(stats.rdev) } }
    case 'fifo':
      return yield { entry: base }
  }
  const file = await open(full, openFlags)
  let opaque = false
  try {
    const xattrs = xattrsOf(file)
    opaque =
      options.overlay === true && opaqueNames.some((name) => getXattr(file.fd, name)?.toString() === 'y')
    const { size } = await file.stat()
    yield { entry: { ...base, xattrs, size: type === 'file' ? size : 0 }, file }
  } finally {
    await file.close()
  }
  if (type === 'file') return
  if (opaque) yield marker(path, Buffer.from('.wh..wh..opq'), base.mtime)
  const names = await readdir(full, { encoding: 'buffer' })
  for (const name of names.sort(Buffer.compare)) {
    yield* walk(state, path.length === 0 ? name : Buffer.concat([path, separator, name]))
  }
}

/** The entries of a directory, parents first, names in byte order; sockets are left out. */
export function walkDirectory(directory: string, options: PackOptions = {}): AsyncGenerator<WalkedEntry> {
  return walk({ root: Buffer.from(directory), options, links: new Map() }, Buffer.alloc(0))
}
