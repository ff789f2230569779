import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rm, stat, statfs } from 'node:fs/promises'
import { constants } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { Skip } from './row.ts'

const run = promisify(execFile)
/** statfs(2), f_type of tmpfs */
const TMPFS_MAGIC = 0x01021994
const here = join(import.meta.dirname, '..')

/** The absolute path of a program on PATH; throws {@link Skip} naming it where there is none. */
export async function program(name: string): Promise<string> {
  for (const dir of (process.env['PATH'] ?? '').split(delimiter).concat('/usr/sbin', '/sbin')) {
    const path = join(dir, name)
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  throw new Skip(`${name} is not installed`)
}

/** Throws {@link Skip} unless the effective user is root. */
export function needRoot(): void {
  if (process.geteuid?.() !== 0) throw new Skip('needs root')
}

/** Where a suite keeps what its rows share: a temporary directory, and compiled programs. */
export class Workshop {
  readonly directory: string
  readonly #shared = new Map<string, Promise<unknown>>()
  readonly #closers: (() => Promise<void>)[] = []

  private constructor(directory: string) {
    this.directory = directory
  }

  static async open(): Promise<Workshop> {
    return new Workshop(await mkdtemp(join(tmpdir(), 'cofferdam-bench-')))
  }

  /** Makes `key` once for all rows of the suite. */
  shared<T>(key: string, make: () => Promise<T>): Promise<T> {
    let made = this.#shared.get(key) as Promise<T> | undefined
    if (made === undefined) {
      made = make()
      this.#shared.set(key, made)
    }
    return made
  }

  /** Runs `close` when the suite ends; the last one added runs first. */
  defer(close: () => Promise<void>): void {
    this.#closers.push(close)
  }

  /** Compiles native/NAME.c, statically, with `include` before its own directory; returns the program's path. */
  compile(name: string, include: string[] = []): Promise<string> {
    return this.shared(`compile ${name}`, async () => {
      const gcc = await program('gcc')
      const target = join(this.directory, name)
      const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-static']
      const includes = include.map((dir) => `-I${dir}`)
      await run(gcc, [...flags, ...includes, '-o', target, join(here, 'native', `${name}.c`)])
      return target
    })
  }

  /**
   * A directory for a runtime's state, on tmpfs as /run is on an ordinary system: making and removing a directory
   * of a journalling file system costs half a millisecond each.
   */
  async state(name: string): Promise<string> {
    const root = await this.shared('state', async () => {
      const onTmpfs = (await statfs('/dev/shm').catch(() => undefined))?.type === TMPFS_MAGIC
      if (!onTmpfs) return this.path('state')
      const directory = await mkdtemp('/dev/shm/cofferdam-bench-')
      this.defer(() => rm(directory, { recursive: true, force: true }))
      return directory
    })
    const path = join(root, name)
    await mkdir(path, { recursive: true })
    return path
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close()
    await rm(this.directory, { recursive: true, force: true })
  }

  /** A directory below the temporary one; made where it is absent. */
  async path(...names: string[]): Promise<string> {
    const path = join(this.directory, ...names)
    if ((await stat(path).catch(() => undefined)) === undefined) await mkdir(path, { recursive: true })
    return path
  }
}
