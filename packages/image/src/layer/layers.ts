import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import {
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  stat,
  unlink,
  utimes,
  writeFile,
  type FileHandle,
} from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '@cofferdam/core'
import { LOCK, Lane, removeTreeOn, syncfs, tryLock } from '@cofferdam/sys'
import { readSmall, replaceFile, syncDirectory } from '../layout/files.js'
import {
  computeDigest,
  digestAlgorithm,
  digestEncoded,
  parseDigest,
  type Digest,
} from '../reference/digest.js'
import { describeImplied, impliedOf } from './chain.js'

const directoryFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** A layer's directory before it has its name. */
export interface StagedLayer {
  readonly path: string
  /** The open directory that is unpacked into. */
  readonly fs: FileHandle
  /** Keeps the lock that tells a sweep that the owner lives. */
  readonly lock: FileHandle
}

interface Pending {
  readonly staged: StagedLayer
  readonly diffId: Digest
  readonly blob: Digest
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}

/** Removes a directory tree by descriptors, off this thread. */
async function remove(parent: string, name: string): Promise<void> {
  await using directory = await open(parent, directoryFlags)
  using lane = new Lane()
  await removeTreeOn(lane, directory.fd, name)
}

/**
 * Unpacked layers, one directory each: `ROOT/<hex of the diff id>/fs`. A layer has no parent in it, so any image that
 * has the layer shares it, and layers unpack in parallel.
 */
export class LayerStore {
  readonly #pending = new Map<Digest, Pending>()

  private constructor(readonly root: string) {}

  /** Opens the store, made if it is missing, and removes what dead processes left. */
  static async open(root: string): Promise<LayerStore> {
    for (const name of ['tmp', 'by-blob', 'chains'])
      await mkdir(join(root, name), { recursive: true, mode: 0o700 })
    const store = new LayerStore(root)
    await store.sweep()
    return store
  }

  /** The directory of an unpacked layer, whether it is there or not. */
  path(diffId: Digest): string {
    return join(this.root, digestEncoded(diffId), 'fs')
  }

  /** Whether a layer is unpacked and durable. Asking also keeps it from a prune that looks at ages. */
  async has(diffId: Digest): Promise<boolean> {
    const now = new Date()
    try {
      await utimes(join(this.root, digestEncoded(diffId)), now, now)
      return true
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return false
      throw error
    }
  }

  /** The diff id of a blob whose layer is unpacked, here or waiting for {@link LayerStore.flush}. */
  async diffIdOf(blob: Digest): Promise<Digest | undefined> {
    const pending = this.#pending.get(blob)
    if (pending !== undefined) return pending.diffId
    const text = await readSmall(this.#byBlob(blob), 256)
    if (text === undefined || text.length === 0) return undefined
    const diffId = parseDigest(text.toString())
    return (await this.has(diffId)) ? diffId : undefined
  }

  /** A directory to unpack into. */
  async stage(): Promise<StagedLayer> {
    const path = join(this.root, 'tmp', randomBytes(8).toString('hex'))
    await mkdir(path, { mode: 0o700 })
    const lock = await open(path, directoryFlags)
    try {
      if (!tryLock(lock.fd, LOCK.EX) || (await lock.stat()).nlink === 0) {
        await lock.close() // a sweep was between mkdir and the lock
        return await this.stage()
      }
      await mkdir(join(path, 'fs'), { mode: 0o755 })
      const fs = await open(join(path, 'fs'), directoryFlags)
      await fs.chmod(0o755)
      return { path, lock, fs }
    } catch (error) {
      await lock.close()
      throw error
    }
  }

  /** Removes a staged layer. */
  async discard(staged: StagedLayer): Promise<void> {
    await staged.fs.close()
    await remove(join(this.root, 'tmp'), staged.path.slice(staged.path.lastIndexOf('/') + 1))
    await staged.lock.close()
  }

  /**
   * Takes a layer that was unpacked; it gets its name with the next {@link LayerStore.flush}. `implied` are the
   * directories that it does not describe, the empty path where it has no entry for its root.
   */
  async accept(staged: StagedLayer, blob: Digest, diffId: Digest, implied: readonly Buffer[]): Promise<void> {
    if (this.#pending.has(blob) || (await this.has(diffId))) {
      await replaceFile(this.#byBlob(blob), diffId)
      return this.discard(staged)
    }
    if (implied.length > 0) {
      await writeFile(
        join(staged.path, 'implied'),
        Buffer.concat(implied.flatMap((path) => [path, Buffer.of(0)])),
      )
    }
    this.#pending.set(blob, { staged, diffId, blob })
  }

  /**
   * Makes all accepted layers durable, then names them: one syncfs(2) for an image, so that a layer that has its name
   * has its content after a power failure too.
   */
  async flush(): Promise<void> {
    const all = [...this.#pending.values()]
    if (all.length === 0) return
    {
      using lane = new Lane()
      await syncfs(lane, (all[0] as Pending).staged.fs.fd)
    }
    for (const { staged, diffId, blob } of all) {
      await this.#name(staged, join(this.root, digestEncoded(diffId)))
      this.#pending.delete(blob)
      await replaceFile(this.#byBlob(blob), diffId)
    }
    await syncDirectory(this.root)
  }

  /**
   * The directories of layers for overlayfs, lowest first. Where layers have directories that they do not describe, one
   * more is on top that gives these the attributes they have in the layers below.
   */
  async chain(ids: readonly Digest[]): Promise<string[]> {
    const paths = ids.map((id) => this.path(id))
    const implied = await Promise.all(paths.slice(1).map(impliedOf))
    if (implied.every((names) => names.size === 0)) return paths
    const chainId = ids.reduce((chain, id) => computeDigest(Buffer.from(`${chain} ${id}`)))
    const final = join(this.root, 'chains', digestEncoded(chainId))
    if (!(await exists(final))) await this.#describe(ids, final)
    return (await exists(join(final, 'needed'))) ? [...paths, join(final, 'fs')] : paths
  }

  async #describe(ids: readonly Digest[], final: string): Promise<void> {
    const staged = await this.stage()
    const paths = ids.map((id) => this.path(id))
    await writeFile(join(staged.path, 'ids'), ids.join('\n'))
    if (await describeImplied(paths, join(staged.path, 'fs')))
      await writeFile(join(staged.path, 'needed'), '')
    {
      using lane = new Lane()
      await syncfs(lane, staged.fs.fd)
    }
    await this.#name(staged, final)
  }

  /** Gives a staged layer its name, unless another process was first. */
  async #name(staged: StagedLayer, final: string): Promise<void> {
    try {
      await rename(staged.path, final)
      await staged.fs.close()
      await staged.lock.close()
    } catch (error) {
      if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error
      await this.discard(staged)
    }
  }

  /** Removes the layers that nobody needs: not in `keep` and untouched since `before`. Returns their diff ids. */
  async prune(keep: ReadonlySet<Digest>, before: Date): Promise<Digest[]> {
    const removed: Digest[] = []
    for (const name of await readdir(this.root)) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue
      const diffId = parseDigest(`sha256:${name}`)
      if (keep.has(diffId) || (await stat(join(this.root, name))).mtime >= before) continue
      const doomed = join(this.root, 'tmp', randomBytes(8).toString('hex'))
      await rename(join(this.root, name), doomed)
      await remove(join(this.root, 'tmp'), doomed.slice(doomed.lastIndexOf('/') + 1))
      removed.push(diffId)
    }
    if (removed.length > 0) await this.#removeDependents(removed)
    return removed
  }

  /** Removes what is about layers that are gone. */
  async #removeDependents(removed: readonly Digest[]): Promise<void> {
    const gone = new Set<string>(removed)
    for (const name of await readdir(join(this.root, 'by-blob'))) {
      const text = await readSmall(join(this.root, 'by-blob', name), 256)
      if (text !== undefined && gone.has(text.toString())) await unlink(join(this.root, 'by-blob', name))
    }
    for (const name of await readdir(join(this.root, 'chains'))) {
      const ids = await readFile(join(this.root, 'chains', name, 'ids'), 'utf8')
      if (ids.split('\n').some((id) => gone.has(id))) await remove(join(this.root, 'chains'), name)
    }
  }

  /** Removes staged layers whose owner is dead: nobody holds their lock. */
  async sweep(): Promise<void> {
    const tmp = join(this.root, 'tmp')
    for (const name of await readdir(tmp)) {
      try {
        await using directory = await open(join(tmp, name), directoryFlags)
        if (tryLock(directory.fd, LOCK.EX)) await remove(tmp, name)
      } catch (error) {
        if (!isErrno(error, 'ENOENT')) throw error
      }
    }
  }

  /** Drops what was accepted but not flushed. */
  async close(): Promise<void> {
    for (const { staged, blob } of [...this.#pending.values()]) {
      this.#pending.delete(blob)
      await this.discard(staged)
    }
  }

  #byBlob(blob: Digest): string {
    return join(this.root, 'by-blob', `${digestAlgorithm(blob)}-${digestEncoded(blob)}`)
  }
}
