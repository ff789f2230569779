import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type CgroupLayout, detectLayout } from '../../src/index.js'

/** The subtree of this test process, the same in every hierarchy. */
export const root = `/cofferdam-test-${process.pid}`

/** Its directories that are there. */
export function leftovers(layout: CgroupLayout = detectLayout()): string[] {
  const hierarchies = layout.v2 === undefined ? layout.v1 : [...layout.v1, layout.v2]
  return hierarchies.map(({ mountPoint }) => mountPoint + root).filter((path) => existsSync(path))
}

/** Removes the subtree itself; throws where a test left something in it. */
export function removeRoot(): void {
  for (const path of leftovers()) rmdirSync(path)
}

/** A shell that runs one script when it gets a line, so that it can join a cgroup first. */
export class Waiting implements AsyncDisposable {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly #lines: AsyncIterator<string>

  constructor(script: string) {
    this.child = spawn('sh', ['-c', `read line; ${script}`], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.child.stdin?.on('error', () => {})
    this.ended = once(this.child, 'exit').then(([code, signal]) => ({ code, signal }))
    this.#lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream })[
      Symbol.asyncIterator
    ]()
  }

  get pid(): number {
    return this.child.pid as number
  }

  go(): void {
    this.child.stdin?.write('go\n')
  }

  /** The next line of its standard output. */
  async line(): Promise<string | undefined> {
    const { value, done } = await this.#lines.next()
    return done ? undefined : value
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    this.child.stdin?.destroy()
    await this.ended
  }
}
