import { constants, existsSync, renameSync, statSync } from 'node:fs'
import {
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  unlink,
  utimes,
  writeFile,
  type FileHandle,
} from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isErrno } from '@cofferdam/core'
import { Lane, syncfs } from '@cofferdam/sys'
import { exists, readSmall, replaceFile, syncDirectory } from '../layout/files.js'
import { claim, removeAt, sweepUnlocked, temporaryName, type SweepOptions } from '../layout/temporary.js'
import {
  computeDigest,
  digestAlgorithm,
  digestEncoded,
  isDigest,
  parseDigest,
  type Digest,
} from '../reference/digest.js'
import { describeImplied } from './chain.js'
import { hasImplied, writeImplied } from './implied.js'

const directoryFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** A layer's directory before it has its name. */
export interface StagedLayer {
  readonly path: string
  /** The open directory that is unpacked into. */
  readonly fs: FileHandle
  /** Keeps the lock that tells a sweep that the owner lives. */
  readonly lock: FileHandle
}

/**
 * Gives `take` the layers of containers that exist while none can come to be: the others are out of sight when `take`
 * returns. It may be called again, where the whole has to be repeated.
 */
export type KeepLayers = (take: (used: Iterable<string>) => void) => void | Promise<void>

interface Pending {
  readonly staged: StagedLayer
  readonly diffId: Digest
  readonly blob: Digest
}

/**
 * Unpacked layers, one directory each: `ROOT/<hex of the diff id>/fs`. A layer has no parent in it, so any image that
 * has the layer shares it, and layers unpack in parallel.
 */
export class LayerStore {
  readonly #pending = new Map<Digest, Pending>()
  /** Ends when what flushes and drops what is pending has ended: one at a time. */
  #settled: Promise<void> = Promise.resolve()

  private constructor(readonly root: string) {}

  /** Opens the store, made if it is missing. */
  static async open(root: string): Promise<LayerStore> {
    for (const name of ['tmp', 'by-blob', 'chains'])
      await mkdir(join(root, name), { recursive: true, mode: 0o700 })
    return new LayerStore(root)
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
    const path = join(this.#tmp, temporaryName())
    await mkdir(path, { mode: 0o700 })
    const lock = await open(path, directoryFlags)
    try {
      if (!(await claim(lock))) {
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
    await removeAt(this.#tmp, basename(staged.path))
    await staged.lock.close()
  }

  /**
   * Takes a layer that was unpacked; it gets its name with the next {@link LayerStore.flush}. `implied` are the
   * directories that it does not describe, the empty path where it has no entry for its root.
   */
  async accept(staged: StagedLayer, blob: Digest, diffId: Digest, implied: readonly Buffer[]): Promise<void> {
    if (await this.has(diffId)) {
      await replaceFile(this.#byBlob(blob), diffId, this.#tmp)
      return this.discard(staged)
    }
    if (implied.length > 0) await writeImplied(join(staged.path, 'fs'), implied)
    if (this.#pending.has(blob)) return this.discard(staged) // another pull was faster
    this.#pending.set(blob, { staged, diffId, blob })
  }

  /**
   * Makes all accepted layers durable, then names them: one syncfs(2) for an image, so that a layer that has its name
   * has its content after a power failure too. Those who ask meanwhile wait.
   */
  flush(): Promise<void> {
    return this.#afterOthers(() => this.#flush())
  }

  #afterOthers(work: () => Promise<void>): Promise<void> {
    const done = this.#settled.then(work)
    this.#settled = done.catch(() => {})
    return done
  }

  async #flush(): Promise<void> {
    const all = [...this.#pending.values()]
    if (all.length === 0) return
    {
      using lane = new Lane()
      await syncfs(lane, (all[0] as Pending).staged.fs.fd)
    }
    for (const { staged, diffId, blob } of all) {
      try {
        await this.#name(staged, join(this.root, digestEncoded(diffId)))
        await replaceFile(this.#byBlob(blob), diffId, this.#tmp)
      } catch (error) {
        await this.discard(staged).catch(() => {})
        throw error
      } finally {
        this.#pending.delete(blob)
      }
    }
    await syncDirectory(this.root)
  }

  /**
   * The directories of layers for overlayfs, lowest first. Where layers have directories that they do not describe, one
   * more is on top that gives these the attributes they have in the layers below. @throws CofferdamError `ERR_LAYER_TOO_LARGE`
   */
  async chain(ids: readonly Digest[]): Promise<string[]> {
    const paths = ids.map((id) => this.path(id))
    const implied = await Promise.all(paths.slice(1).map(hasImplied))
    if (!implied.includes(true)) return paths
    const chainId = ids.reduce((chain, id) => computeDigest(Buffer.from(`${chain} ${id}`)))
    const final = join(this.root, 'chains', digestEncoded(chainId))
    if (!(await exists(final))) await this.#describe(ids, final)
    return (await exists(join(final, 'needed'))) ? [...paths, join(final, 'fs')] : paths
  }

  async #describe(ids: readonly Digest[], final: string): Promise<void> {
    const staged = await this.stage()
    try {
      const paths = ids.map((id) => this.path(id))
      await writeFile(join(staged.path, 'ids'), ids.join('\n'))
      if (await describeImplied(paths, join(staged.path, 'fs')))
        await writeFile(join(staged.path, 'needed'), '')
      using lane = new Lane()
      await syncfs(lane, staged.fs.fd)
      await this.#name(staged, final)
    } catch (error) {
      await this.discard(staged)
      throw error
    }
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

  /**
   * Removes the layers that nobody needs: not in `needed`, untouched since `before`, and of no container. Returns their
   * diff ids. Whoever makes a container known and then finds its layers has them for as long as it is known.
   */
  async prune(needed: ReadonlySet<Digest>, before: Date, keep: KeepLayers): Promise<Digest[]> {
    const names = (await readdir(this.root)).filter((name) => /^[0-9a-f]{64}$/.test(name))
    const unnamed = names.map((name) => parseDigest(`sha256:${name}`)).filter((id) => !needed.has(id))
    const removed: Digest[] = []
    const chains = await this.#chains()
    const away = await this.stage()
    try {
      await keep((used) => {
        const kept = new Set<string>(used)
        for (const id of unnamed) {
          const path = join(this.root, digestEncoded(id))
          const stat = kept.has(id) ? undefined : statSync(path, { throwIfNoEntry: false })
          if (stat === undefined || stat.mtime >= before) continue
          renameSync(path, join(away.path, digestEncoded(id)))
          removed.push(id)
        }
        for (const [path, ids] of chains)
          if (this.#lacksAny(ids) && existsSync(path))
            renameSync(path, join(away.path, `chain-${basename(path)}`))
      })
    } finally {
      await this.discard(away)
    }
    for (const name of await readdir(join(this.root, 'by-blob'))) {
      const path = join(this.root, 'by-blob', name)
      if (this.#lacksAny(await readFile(path, 'utf8'))) await unlink(path)
    }
    return removed
  }

  /** The chains with the layers that they stand on, one a line; what is none has none. */
  async #chains(): Promise<[path: string, ids: string][]> {
    const paths = (await readdir(join(this.root, 'chains'))).map((name) => join(this.root, 'chains', name))
    const ids = (path: string) => readFile(join(path, 'ids'), 'utf8').catch(() => '')
    return Promise.all(paths.map(async (path) => [path, await ids(path)] as [string, string]))
  }

  /** Whether one of these layers, one a line, is gone, by this prune or by one that did not come to its end. */
  #lacksAny(ids: string): boolean {
    return !ids.split('\n').every((id) => isDigest(id) && existsSync(join(this.root, digestEncoded(id))))
  }

  /** Removes, unless `dryRun`, what dead processes staged: nobody holds its lock. Returns the paths. */
  sweep(options: SweepOptions = {}): Promise<string[]> {
    return sweepUnlocked(this.#tmp, options)
  }

  get #tmp(): string {
    return join(this.root, 'tmp')
  }

  /** Drops what was accepted but not flushed. */
  close(): Promise<void> {
    return this.#afterOthers(async () => {
      for (const { staged, blob } of [...this.#pending.values()]) {
        this.#pending.delete(blob)
        await this.discard(staged)
      }
    })
  }

  #byBlob(blob: Digest): string {
    return join(this.root, 'by-blob', `${digestAlgorithm(blob)}-${digestEncoded(blob)}`)
  }
}
