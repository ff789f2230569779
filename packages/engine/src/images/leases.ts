import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive } from '@cofferdam/sys'
import { currentOwner } from '../state/owner.js'

/** Marks pulls under way, so that a prune in another process leaves alone what they have fetched. */
export class PullLeases {
  readonly #directory: string
  #count = 0

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  }

  /** Begins a lease, which ends when disposed or with this process. */
  begin(): Disposable {
    const { pid, start } = currentOwner()
    const path = join(this.#directory, `${pid}-${start}-${this.#count++}`)
    writeFileSync(path, '')
    return { [Symbol.dispose]: () => rmSync(path, { force: true }) }
  }

  /** Milliseconds since the oldest pull that is still under way began; 0 when there is none. */
  oldest(now = Date.now()): number {
    let age = 0
    for (const name of readdirSync(this.#directory)) {
      const [pid, start] = name.split('-')
      const path = join(this.#directory, name)
      if (!isAlive(Number(pid), start ?? '')) rmSync(path, { force: true })
      else age = Math.max(age, now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now))
    }
    return age
  }
}
