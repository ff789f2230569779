import { verdicts, resultsOf, type Bar, type Result } from '../harness/report.ts'
import type { RowSource } from '../harness/row.ts'
import { measure } from '../harness/runner.ts'
import type { Workshop } from '../harness/workshop.ts'

/** How a suite is run. */
export interface SuiteOptions {
  rounds: number
  /** Only these rows; all where it is empty. */
  only: readonly string[]
  progress?: (done: number, of: number) => void
}

/** What a suite found. */
export interface Outcome {
  results: Result[]
  /** Rows that were not measured, and why. */
  skipped: ReadonlyMap<string, string>
  /** Lines about what the suite promises: PASS, FAIL or SKIP, and the figures. */
  verdicts: string[]
}

/** A set of figures that are taken within one run. */
export interface Suite {
  name: string
  rows: readonly string[]
  run(workshop: Workshop, options: SuiteOptions): Promise<Outcome>
}

/** A suite of rows that are measured one at a time, in random order. */
export function rowSuite(
  name: string,
  sources: readonly RowSource[],
  bars: readonly Bar[],
  notes?: (workshop: Workshop, results: readonly Result[]) => Promise<string[]>,
): Suite {
  return {
    name,
    rows: sources.map((source) => source.name),
    run: async (workshop, { rounds, only, progress }) => {
      const chosen = sources.filter((source) => only.length === 0 || only.includes(source.name))
      const measured = await measure(chosen, workshop, { rounds, ...(progress && { progress }) })
      const results = resultsOf(measured)
      const more = (await notes?.(workshop, results)) ?? []
      return { results, skipped: measured.skipped, verdicts: [...verdicts(bars, results), ...more] }
    },
  }
}
