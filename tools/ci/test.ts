/**
 * Runs the test suites one after the other: `npm test`, or `npm test -- unit kernel` for some of them, and after
 * `--` what jest takes: `npm test -- unit -- packages/core`. What follows goes to `fuzz` and `fault` only where
 * they are named.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sanitizers } from './sanitizers.ts'
import { runSuite, type Suite, type SuiteResult } from './suite.ts'
import { seconds, table } from './table.ts'
import { sumTotals, totalsLine } from './totals.ts'

const minute = 60_000
const suites: readonly Suite[] = [
  { name: 'unit', config: 'jest.config.mjs', budgetMs: 2 * minute },
  { name: 'kernel', config: 'jest.kernel.config.mjs', budgetMs: 5 * minute },
  { name: 'sanitizers', config: 'jest.sanitizers.config.mjs', budgetMs: 4 * minute, stage: sanitizers },
  { name: 'peers', config: 'jest.peers.config.mjs', budgetMs: 8 * minute },
  { name: 'examples', config: 'jest.examples.config.mjs', budgetMs: 3 * minute },
  { name: 'fuzz', program: ['tools/fuzz/main.ts', '--seconds', '60'], budgetMs: 3 * minute },
  { name: 'fault', program: ['tools/fault/main.ts', '--seed', '1', '--count', '60'], budgetMs: 4 * minute },
]

const argv = process.argv.slice(2)
const split = argv.indexOf('--')
const names = split === -1 ? argv : argv.slice(0, split)
const jestArgs = split === -1 ? [] : argv.slice(split + 1)
const unknown = names.filter((name) => !suites.some((suite) => suite.name === name))
if (unknown.length > 0) {
  const known = suites.map((suite) => suite.name).join(', ')
  process.stderr.write(`no suite ${unknown.join(', ')}: there are ${known}\n`)
  process.exit(2)
}

const outer = process.env.COFFERDAM_TOTALS
const folder = mkdtempSync(join(tmpdir(), 'cofferdam-totals-'))
const file = outer ?? join(folder, 'totals')
const results: SuiteResult[] = []
for (const suite of suites) {
  if (names.length > 0 && !names.includes(suite.name)) continue
  if (names.length === 0 && jestArgs.length > 0 && suite.config === undefined) continue
  process.stdout.write(`\n== ${suite.name} tests\n`)
  results.push(await runSuite(suite, file, jestArgs))
}

const rows = results.map(({ name, passed, failed, skipped, ms, budgetMs }) => [
  name,
  String(passed),
  String(failed),
  String(skipped),
  seconds(ms),
  ms > budgetMs ? `over ${seconds(budgetMs)}` : seconds(budgetMs),
])
process.stdout.write(`\n${table(['suite', 'passed', 'failed', 'skipped', 'time', 'budget'], rows)}\n`)
if (outer === undefined) process.stdout.write(`${totalsLine(sumTotals(file))}\n`)
rmSync(folder, { recursive: true, force: true })
process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0
