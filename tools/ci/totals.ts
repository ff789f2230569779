import { appendFileSync, readFileSync } from 'node:fs'

/** Counts of tests. */
export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Adds one line of counts to the file that the run's reporters write to. */
export function addTotals(file: string, totals: Totals): void {
  appendFileSync(file, `${JSON.stringify(totals)}\n`)
}

/** The sum of every line of the file; zeroes where there is none. */
export function sumTotals(file: string): Totals {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    // No reporter has written yet.
  }
  const lines = text.split('\n').filter((line) => line !== '')
  return lines
    .map((line) => JSON.parse(line) as Totals)
    .reduce(
      (sum, one) => ({
        passed: sum.passed + one.passed,
        failed: sum.failed + one.failed,
        skipped: sum.skipped + one.skipped,
      }),
      { passed: 0, failed: 0, skipped: 0 },
    )
}

/** `N passed, N failed, N skipped`. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
