/** Prints each skipped test with its reason, and appends the suite's totals to $COFFERDAM_TOTALS when set. */
import { appendFileSync } from 'node:fs'

export default class SkipReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) =>
      file.testResults.filter((test) => test.status === 'pending' || test.status === 'todo'),
    )
    for (const test of skipped) process.stderr.write(`skipped: ${test.fullName}\n`)
    const totals = process.env.COFFERDAM_TOTALS
    if (totals !== undefined) {
      const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
      appendFileSync(
        totals,
        JSON.stringify({ passed: results.numPassedTests, failed, skipped: skipped.length }) + '\n',
      )
    }
  }
}
