import { table } from '../ci/table.ts'

/** Says what is being done, a dot for each second, and remembers what each step took. */
export class Steps {
  readonly #rows: [title: string, ms: number][] = []

  /** Runs one step. */
  async run<T>(title: string, work: () => Promise<T>): Promise<T> {
    process.stderr.write(`start: ${title} `)
    const dots = setInterval(() => process.stderr.write('.'), 1000)
    const started = performance.now()
    try {
      const result = await work()
      const ms = performance.now() - started
      this.#rows.push([title, ms])
      process.stderr.write(` ${duration(ms)}\n`)
      return result
    } catch (error) {
      process.stderr.write(' failed\n')
      throw error
    } finally {
      clearInterval(dots)
    }
  }

  /** All steps with their times. */
  table(): string {
    return table(
      ['step', 'took'],
      this.#rows.map(([title, ms]) => [title, duration(ms)]),
    )
  }
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`
}
