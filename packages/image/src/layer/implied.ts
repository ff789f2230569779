import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { CofferdamError, isErrno } from '@cofferdam/core'

/** What the paths of implied directories may take, and what each counts besides its length; `layer` keeps to it too. */
const maxRemembered = 64 * 2 ** 20
const perPath = 48

/** Counts the paths of implied directories against a bound. */
export class ImpliedBound {
  #left = maxRemembered

  /** @throws CofferdamError `ERR_LAYER_TOO_LARGE` */
  add(path: Uint8Array): void {
    this.#left -= path.length + perPath
    if (this.#left < 0) {
      throw new CofferdamError(
        'ERR_LAYER_TOO_LARGE',
        'layers have more directories without an entry of their own than can be remembered',
        { hint: 'whoever made the image has to build it with entries for its directories' },
      )
    }
  }
}

/** Cuts long work into slices, between which other work of this thread goes on. */
export class Slices {
  #since = performance.now()

  /** To be awaited between two steps. */
  async next(): Promise<void> {
    if (performance.now() - this.#since < 5) return
    await setImmediate()
    this.#since = performance.now()
  }
}

function fileOf(layer: string): string {
  return join(layer, '..', 'implied')
}

/** Whether there are directories that a layer does not describe. */
export async function hasImplied(layer: string): Promise<boolean> {
  try {
    return (await stat(fileOf(layer))).size > 0
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}

/** Keeps what a layer does not describe: directories made for entries below them, and its root (the empty path). */
export async function writeImplied(layer: string, paths: readonly Uint8Array[]): Promise<void> {
  await using file = await open(fileOf(layer), 'w')
  for (let at = 0; at < paths.length; at += 1024)
    await file.writeFile(Buffer.concat(paths.slice(at, at + 1024).flatMap((path) => [path, Buffer.of(0)])))
}

/** A directory that layers do not describe, or one above such. */
export interface ImpliedDirectory {
  /** The layers that do not describe it. */
  readonly layers: number[]
  readonly children: Map<string, ImpliedDirectory>
}

/** All directories that layers, named by their position, do not describe. @throws CofferdamError `ERR_LAYER_TOO_LARGE` */
export async function impliedTree(layers: readonly string[], slices: Slices): Promise<ImpliedDirectory> {
  const root: ImpliedDirectory = { layers: [], children: new Map() }
  const bound = new ImpliedBound()
  for (const [layer, path] of layers.entries()) {
    if (!(await hasImplied(path))) continue
    const bytes = await readFile(fileOf(path))
    for (let at = 0, end = bytes.indexOf(0); end >= 0; at = end + 1, end = bytes.indexOf(0, at)) {
      await slices.next()
      const name = bytes.subarray(at, end)
      bound.add(name)
      let directory = root
      for (const part of name.length === 0 ? [] : name.toString().split('/')) {
        let child = directory.children.get(part)
        if (child === undefined) directory.children.set(part, (child = { layers: [], children: new Map() }))
        directory = child
      }
      directory.layers.push(layer)
    }
  }
  return root
}
