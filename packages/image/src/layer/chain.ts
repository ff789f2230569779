import { constants, fchmodSync, fchownSync, fstatSync, futimesSync, type Stats } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { DisposeStack, isErrno } from '@cofferdam/core'
import { RESOLVE, closeQuietly, getXattr, listXattr, openat2, setXattr } from '@cofferdam/sys'
import { Slices, impliedTree, type ImpliedDirectory } from './implied.js'

const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
const resolve = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS

interface Attributes {
  readonly stats: Stats
  readonly xattrs: readonly (readonly [string, Buffer])[]
}

/** A directory on the way down. */
interface Place {
  readonly path: string
  readonly name: string
  readonly directory: ImpliedDirectory
  readonly parent: Place | undefined
  /** The layers that show something here, the topmost first: those that have it, down to one that hides the others. */
  layers: readonly number[]
  /** What it is to have, once it is made. */
  attributes?: Attributes | undefined
  entered: boolean
}

/** Opens a directory of a layer without following links: its descriptor, or why there is none. */
function openIn(root: number, path: string): number | 'absent' | 'hidden' {
  try {
    return openat2(root, path === '' ? '.' : path, flags, resolve)
  } catch (error) {
    return isErrno(error, 'ENOENT') ? 'absent' : 'hidden'
  }
}

function attributesOf(fd: number): Attributes {
  const names = listXattr(fd).filter((name) => !/^(user|trusted)\.overlay\./.test(name))
  return {
    stats: fstatSync(fd),
    xattrs: names.map((name) => [name, getXattr(fd, name) ?? Buffer.alloc(0)] as const),
  }
}

/**
 * Finds which layers show a directory, and the attributes that it should have: those of the topmost layer that
 * describes it. There are none where the directory shows them anyway, or no layer describes it.
 */
function look(place: Place, roots: readonly FileHandle[]): Attributes | undefined {
  const { path, directory, layers } = place
  const showing: number[] = []
  let found: Attributes | undefined
  let settled = false
  for (const layer of layers) {
    const fd = openIn((roots[layer] as FileHandle).fd, path)
    if (fd === 'hidden') break
    if (fd === 'absent') continue
    try {
      if (!settled && !directory.layers.includes(layer)) {
        settled = true
        if (showing.length > 0) found = attributesOf(fd)
      }
      showing.push(layer)
      if (getXattr(fd, 'user.overlay.opaque') !== undefined) break
    } finally {
      closeQuietly(fd)
    }
  }
  place.layers = showing
  return found
}

/** Calls `body` with a descriptor of a directory. */
async function within<T>(root: FileHandle, path: string, body: (fd: number) => T | Promise<T>): Promise<T> {
  const fd = openat2(root.fd, path === '' ? '.' : path, flags, resolve)
  try {
    return await body(fd)
  } finally {
    closeQuietly(fd)
  }
}

/** Makes a directory and those above it. A directory above one that is made must not be made up either. */
async function make(place: Place, target: FileHandle, roots: readonly FileHandle[]): Promise<void> {
  const missing = [place]
  for (let above = place.parent; above !== undefined && above.attributes === undefined; above = above.parent)
    missing.push(above)
  for (const each of missing.reverse()) {
    const { parent, path, layers } = each
    const top = roots[layers[0] as number] as FileHandle
    each.attributes ??= await within(top, path, attributesOf)
    if (parent !== undefined)
      await within(target, parent.path, (fd) => mkdir(`/proc/self/fd/${fd}/${each.name}`, 0o755))
  }
}

function setAttributes(fd: number, { stats, xattrs }: Attributes): void {
  fchownSync(fd, stats.uid, stats.gid)
  for (const [name, value] of xattrs) setXattr(fd, name, value)
  fchmodSync(fd, stats.mode & 0o7777)
  futimesSync(fd, stats.atimeMs / 1000, stats.mtimeMs / 1000)
}

/**
 * overlayfs shows a directory with the attributes of the topmost layer that has it; where that layer has it only for
 * what is below, they would be made up. This makes, in an empty directory, those directories with the attributes that
 * layers further down describe: as one more layer on top it gives them back.
 * @param layers the lowest first
 * @returns false if there is nothing to give back
 * @throws CofferdamError `ERR_LAYER_TOO_LARGE`
 */
export async function describeImplied(layers: readonly string[], target: string): Promise<boolean> {
  const downwards = layers.toReversed()
  const slices = new Slices()
  const directory = await impliedTree(downwards, slices)
  await using opened = new DisposeStack()
  const roots: FileHandle[] = []
  for (const path of downwards) roots.push(opened.use(await open(path, flags)))
  const made = opened.use(await open(target, flags))
  const all = roots.map((_, index) => index)
  const top: Place = { path: '', name: '', directory, parent: undefined, layers: all, entered: false }
  const places = [top]
  for (let place = places.at(-1); place !== undefined; place = places.at(-1)) {
    await slices.next()
    if (place.entered) {
      places.pop()
      const { attributes, path } = place
      if (attributes !== undefined) await within(made, path, (fd) => setAttributes(fd, attributes))
      continue
    }
    place.entered = true
    const found = look(place, roots)
    if (found !== undefined) {
      place.attributes = found
      await make(place, made, roots)
    }
    if (place.layers.length === 0) continue
    for (const [name, child] of place.directory.children) {
      const path = place.path === '' ? name : `${place.path}/${name}`
      places.push({ path, name, directory: child, parent: place, layers: place.layers, entered: false })
    }
  }
  return top.attributes !== undefined
}
