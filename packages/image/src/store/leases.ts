import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, processStart } from '@cofferdam/sys'
import { temporaryName } from '../layout/temporary.js'

/** Milliseconds, and more, that the time stamps of files are behind the clock. */
const TICK = 15

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

  /** When the oldest pull that is still under way began, in milliseconds since the epoch; undefined when there is none. */
  oldest(): number | undefined {
    const began = readdirSync(this.#directory)
      .filter(isHeld)
      .map((name) => statSync(join(this.#directory, name), { throwIfNoEntry: false })?.mtimeMs)
    return began.filter((time) => time !== undefined).sort((a, b) => a - b)[0]
  }

  /** A time since which is all that pulls under way, or begun later, have written or asked for. */
  async cutoff(): Promise<Date> {
    const now = Date.now()
    await sleep(TICK) // what a pull writes whose mark is not there yet is stamped later than `now`
    return new Date(Math.floor(this.oldest() ?? now + 1))
  }
}

function isHeld(name: string): boolean {
  const [pid, start] = name.split('-')
  return isAlive(Number(pid), start ?? '')
}
