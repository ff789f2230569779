import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, processStart } from '@cofferdam/sys'
import { temporaryName } from '../layout/temporary.js'

/** Marks pulls under way, so that a prune in another process leaves alone what they have fetched. */
export class PullLeases {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  }

  /** Begins a lease, which ends when disposed or with this process. */
  begin(): Disposable {
    const { pid } = process
    const path = join(this.#directory, `${pid}-${processStart(pid) ?? ''}-${temporaryName()}`)
    writeFileSync(path, '', { flag: 'wx' })
    return { [Symbol.dispose]: () => rmSync(path, { force: true }) }
  }

  /** Marks of processes that have died; removed unless `dryRun`. Returns their paths. */
  sweep(options: { readonly dryRun?: boolean } = {}): string[] {
    const dead = readdirSync(this.#directory).filter((name) => !isHeld(name))
    const paths = dead.map((name) => join(this.#directory, name))
    if (options.dryRun !== true) for (const path of paths) rmSync(path, { force: true })
    return paths
  }

  /** Milliseconds since the oldest pull that is still under way began; 0 when there is none. */
  oldest(now = Date.now()): number {
    let age = 0
    for (const name of readdirSync(this.#directory)) {
      if (!isHeld(name)) continue
      const began = statSync(join(this.#directory, name), { throwIfNoEntry: false })?.mtimeMs
      age = Math.max(age, now - (began ?? now))
    }
    return age
  }
}

function isHeld(name: string): boolean {
  const [pid, start] = name.split('-')
  return isAlive(Number(pid), start ?? '')
}
