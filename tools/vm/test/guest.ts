/** Inside the machine: runs the kernel tests of the paths given and writes their counts to /tmp/result. */
import { runSuite } from '../../ci/suite.ts'

const suite = { name: 'vm', config: 'tools/vm/test/jest.config.mjs', budgetMs: 20 * 60_000 }

void runSuite(suite, '/tmp/result', ['--runInBand', '--forceExit', ...process.argv.slice(1)]).then(
  ({ failed }) => {
    process.exitCode = failed > 0 ? 1 : 0
  },
)
