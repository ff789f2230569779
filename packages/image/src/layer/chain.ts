import { constants, fstatSync, type Stats } from 'node:fs'
import { chmod, chown, mkdir, open, readFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '@cofferdam/core'
import { RESOLVE, closeQuietly, getXattr, listXattr, openat2, setXattr } from '@cofferdam/sys'

const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
const resolve = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS

/** The directories that a layer holds without describing them. */
export async function impliedOf(layer: string): Promise<ReadonlySet<string>> {
  try {
    const text = await readFile(join(layer, '..', 'implied'), 'utf8')
    return new Set(text.split('\0').filter((path) => path !== ''))
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return new Set()
    throw error
  }
}

interface Lower {
  readonly path: string
  readonly implied: ReadonlySet<string>
}

interface Attributes {
  readonly stats: Stats
  readonly xattrs: readonly (readonly [string, Buffer])[]
}

/** A directory's attributes in the topmost layer that describes it; undefined where none does. */
async function attributesOf(lowers: readonly Lower[], path: string): Promise<Attributes | undefined> {
  for (const lower of [...lowers].reverse()) {
    if (lower.implied.has(path)) continue
    await using root = await open(lower.path, flags)
    let fd: number
    try {
      fd = openat2(root.fd, path, flags, resolve)
    } catch (error) {
      if (isErrno(error, 'ENOENT')) continue
      return undefined // something else has the name there, or a parent's: nothing below it shows
    }
    try {
      const names = listXattr(fd).filter((name) => !/^(user|trusted)\.overlay\./.test(name))
      return {
        stats: fstatSync(fd),
        xattrs: names.map((name) => [name, getXattr(fd, name) ?? Buffer.alloc(0)] as const),
      }
    } finally {
      closeQuietly(fd)
    }
  }
  return undefined
}

/** All directories above and with each path, parents first. */
function withParents(paths: Iterable<string>): string[] {
  const all = new Set<string>()
  for (const path of paths) {
    const parts = path.split('/')
    for (let count = 1; count <= parts.length; count += 1) all.add(parts.slice(0, count).join('/'))
  }
  return [...all].sort()
}

/**
 * Makes, in an empty directory, the directories that the last of `layers` (lowest first) only implies, with the
 * attributes they have below: as one more layer on top it gives them back their owner, mode, times and xattrs. False
 * if there is nothing to give back.
 */
export async function describeImplied(layers: readonly string[], target: string): Promise<boolean> {
  const lowers = await Promise.all(
    layers.map(async (path): Promise<Lower> => ({ path, implied: await impliedOf(path) })),
  )
  const made: [path: string, attributes: Attributes][] = []
  for (const path of withParents(lowers.at(-1)?.implied ?? [])) {
    const attributes = await attributesOf(lowers, path)
    if (attributes === undefined) continue
    await mkdir(join(target, path), { recursive: true, mode: 0o755 })
    made.push([path, attributes])
  }
  for (const [path, { stats, xattrs }] of made.reverse()) {
    const at = join(target, path)
    await chown(at, stats.uid, stats.gid)
    {
      await using directory = await open(at, flags)
      for (const [name, value] of xattrs) setXattr(directory.fd, name, value)
    }
    await chmod(at, stats.mode & 0o7777)
    await utimes(at, stats.atimeMs / 1000, stats.mtimeMs / 1000)
  }
  return made.length > 0
}
