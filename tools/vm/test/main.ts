/**
 * Runs the kernel tests in virtual machines, as root and then what an ordinary user can as one:
 * `npm run test:vm -- [root|user] [PATHS...]`, by default of every package of {@link packages}.
 */
import { addTotals, totalsLine, type Totals } from '../../ci/totals.ts'
import { whyNoMachine } from '../prepare.ts'
import { openSession } from '../session.ts'
import { compileTests } from './compile.ts'
import { runTests } from './suite.ts'

const packages = {
  root: ['sys', 'process', 'cgroups', 'rootfs', 'runtime', 'network', 'netlink', 'supervisor'],
  user: ['sys', 'process', 'runtime'],
}
type As = keyof typeof packages
const minute = 60_000

const argv = process.argv.slice(2)
const only = argv[0] === 'root' || argv[0] === 'user' ? (argv.shift() as As) : undefined
const chosen: As[] = only === undefined ? ['root', 'user'] : [only]
const file = process.env.COFFERDAM_TOTALS
const started = performance.now()
const say = (step: string): void =>
  void process.stdout.write(`vm: ${((performance.now() - started) / 1000).toFixed(1)} s: ${step}\n`)

const count = (totals: Totals): void => {
  if (file !== undefined) addTotals(file, totals)
}
const reason = whyNoMachine()
if (reason !== undefined) {
  process.stdout.write(`skipped: tests in virtual machines: ${reason}\n`)
  count({ passed: 0, failed: 0, skipped: 1 })
  process.exit(0)
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
try {
  await using session = await openSession(compileTests, say)
  for (const as of chosen) {
    say(`tests as ${as}`)
    const paths = packages[as].map((name) => `packages/${name}/`)
    const args = argv.length > 0 ? argv : paths
    const { signal } = stop
    const totals = await runTests(session, { user: as === 'user', args, limitMs: 20 * minute, signal })
    say(`tests as ${as}: ${totalsLine(totals)}`)
    count(totals)
    if (totals.failed > 0) process.exitCode = 1
  }
} catch (error) {
  process.stderr.write(`vm: ${(error as Error).message}\n`)
  count({ passed: 0, failed: 1, skipped: 0 })
  process.exitCode = 1
}
