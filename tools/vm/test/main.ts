/**
 * Runs the kernel tests in virtual machines, as root and, of some packages, as an ordinary user:
 * `npm run test:vm -- [root|user] [PATHS...]`, by default all of `jobs.ts`, two machines at a time.
 */
import { addTotals, totalsLine, type Totals } from '../../ci/totals.ts'
import { seconds, table } from '../../ci/table.ts'
import { whyNoBaseImage } from '../image/base.ts'
import { whyNoMachine } from '../prepare.ts'
import { openSession } from '../session.ts'
import { compileTests } from './compiled/compile.ts'
import { testJobs, type TestJob } from './jobs.ts'
import { runTests } from './suite.ts'

const budgetMs = 20 * 60_000
const atOnce = 2

const jobs = testJobs(process.argv.slice(2))
const file = process.env.COFFERDAM_TOTALS
const started = performance.now()
const say = (step: string): void =>
  void process.stdout.write(`vm: ${seconds(performance.now() - started)}: ${step}\n`)
const count = (totals: Totals): void => {
  if (file !== undefined) addTotals(file, totals)
}

const reason = whyNoMachine() ?? (await whyNoBaseImage())
if (reason !== undefined) {
  process.stdout.write(`skipped: tests in virtual machines: ${reason}\n`)
  count({ passed: 0, failed: 0, skipped: 1 })
  process.exit(0)
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
const rows: string[][] = []
try {
  await using session = await openSession(compileTests, say)
  const queue = [...jobs]
  const work = async (): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await run(job)
  }
  const run = async (job: TestJob): Promise<void> => {
    const begin = performance.now()
    say(`${job.name} begins`)
    let totals: Totals
    let processor = '-'
    const onExit = (used: number): void => void (processor = seconds(used * 1000))
    try {
      totals = await runTests(session, job, { limitMs: 2 * budgetMs, signal: stop.signal, onExit })
    } catch (error) {
      process.stderr.write(`vm: ${job.name}: ${(error as Error).message}\n`)
      totals = { passed: 0, failed: 1, skipped: 0 }
    }
    const ms = performance.now() - begin
    say(`${job.name} ended: ${totalsLine(totals)}`)
    count(totals)
    if (totals.failed > 0) process.exitCode = 1
    rows.push([
      job.name,
      ...[totals.passed, totals.failed, totals.skipped].map(String),
      processor,
      seconds(ms),
    ])
  }
  await Promise.all(Array.from({ length: atOnce }, work))
} catch (error) {
  process.stderr.write(`vm: ${(error as Error).message}\n`)
  count({ passed: 0, failed: 1, skipped: 0 })
  process.exitCode = 1
}
const ms = performance.now() - started
if (rows.length > 0)
  process.stdout.write(`\n${table(['machine', 'passed', 'failed', 'skipped', 'processor', 'time'], rows)}\n`)
if (jobs.length > 1)
  say(ms > budgetMs ? `over the budget of ${seconds(budgetMs)}` : `within ${seconds(budgetMs)}`)
