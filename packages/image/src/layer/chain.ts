import { constants, fstatSync, type Stats } from 'node:fs'
import { chmod, chown, mkdir, open, readFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '@cofferdam/core'
import { RESOLVE, closeQuietly, getXattr, listXattr, openat2, setXattr } from '@cofferdam/sys'

const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
const resolve = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS

/** What a layer does not describe: directories made for entries below them, and its root (the empty path). */
export async function impliedOf(layer: string): Promise<ReadonlySet<string>> {
  try {
    const text = await readFile(join(layer, '..', 'implied'), 'utf8')
    return new Set(text.split('\0').slice(0, -1))
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return new Set()
    throw error
  }
}

interface Layer {
  readonly path: string
  readonly implied: ReadonlySet<string>
}

interface Attributes {
  readonly stats: Stats
  readonly xattrs: readonly (readonly [string, Buffer])[]
}

/** Opens a directory of a layer without following links: its descriptor, or why there is none. */
function openIn(root: number, path: string): number | 'absent' | 'hidden' {
  try {
    return openat2(root, path === '' ? '.' : path, flags, resolve)
  } catch (error) {
    return isErrno(error, 'ENOENT') ? 'absent' : 'hidden'
  }
}

/** The path and all above it: `a/b`, `a` and the empty one. */
function upwards(path: string): string[] {
  const parts = path.split('/')
  return path === '' ? [''] : [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), '']
}

/** Whether nothing of lower layers shows at a path: it, or a directory above, is opaque. */
function isOpaque(root: number, path: string): boolean {
  return upwards(path).some((above) => {
    const fd = openIn(root, above)
    if (typeof fd !== 'number') return false
    const marked = getXattr(fd, 'user.overlay.opaque') !== undefined
    closeQuietly(fd)
    return marked
  })
}

function attributesOf(fd: number): Attributes {
  const names = listXattr(fd).filter((name) => !/^(user|trusted)\.overlay\./.test(name))
  return {
    stats: fstatSync(fd),
    xattrs: names.map((name) => [name, getXattr(fd, name) ?? Buffer.alloc(0)] as const),
  }
}

/**
 * The attributes that a directory should have: those of the topmost layer that describes it, looked for from the top
 * down. Undefined where the directory shows them anyway, or no layer describes it.
 */
async function attributesBelow(layers: readonly Layer[], path: string): Promise<Attributes | undefined> {
  let seen = false
  for (const layer of layers) {
    await using root = await open(layer.path, flags)
    const fd = openIn(root.fd, path)
    if (fd === 'hidden') return undefined
    if (typeof fd === 'number') {
      try {
        if (!layer.implied.has(path)) return seen ? attributesOf(fd) : undefined
        seen = true
      } finally {
        closeQuietly(fd)
      }
    }
    if (isOpaque(root.fd, path)) return undefined
  }
  return undefined
}

/** Paths with all above them, parents first. */
function withParents(paths: Iterable<string>): string[] {
  const all = new Set<string>()
  for (const path of paths) for (const above of upwards(path)) all.add(above)
  return [...all].sort()
}

/**
 * overlayfs shows a directory with the attributes of the topmost layer that has it; where that layer has it only for
 * what is below, they would be made up. This makes, in an empty directory, those directories with the attributes that
 * layers further down describe: as one more layer on top it gives them back.
 * @param layers the lowest first
 * @returns false if there is nothing to give back
 */
export async function describeImplied(layers: readonly string[], target: string): Promise<boolean> {
  const known = await Promise.all(
    layers.map(async (path): Promise<Layer> => ({ path, implied: await impliedOf(path) })),
  )
  const downwards = known.reverse()
  const made = new Map<string, Attributes>()
  for (const path of new Set(known.flatMap(({ implied }) => [...implied]))) {
    const attributes = await attributesBelow(downwards, path)
    if (attributes !== undefined) made.set(path, attributes)
  }
  // A directory above one that is made is made too, and must not be made up itself.
  for (const path of withParents(made.keys())) {
    await mkdir(join(target, path), { recursive: true, mode: 0o755 })
    if (made.has(path)) continue
    for (const layer of downwards) {
      await using root = await open(layer.path, flags)
      const fd = openIn(root.fd, path)
      if (typeof fd !== 'number') continue
      made.set(path, attributesOf(fd))
      closeQuietly(fd)
      break
    }
  }
  for (const path of [...made.keys()].sort().reverse())
    await setAttributes(join(target, path), made.get(path) as Attributes)
  return made.size > 0
}

async function setAttributes(path: string, { stats, xattrs }: Attributes): Promise<void> {
  await chown(path, stats.uid, stats.gid)
  {
    await using directory = await open(path, flags)
    for (const [name, value] of xattrs) setXattr(directory.fd, name, value)
  }
  await chmod(path, stats.mode & 0o7777)
  await utimes(path, stats.atimeMs / 1000, stats.mtimeMs / 1000)
}
