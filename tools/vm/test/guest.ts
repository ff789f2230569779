/** Inside the machine: runs the kernel tests of the paths given and writes their counts to /tmp/result. */
import { runSuite } from '../../ci/suite.ts'

const paths = process.argv.slice(2)
const suite = { name: 'vm', config: 'tools/vm/test/jest.config.mjs', budgetMs: 20 * 60_000 }
const { failed } = await runSuite(suite, '/tmp/result', ['--runInBand', ...paths])
process.exitCode = failed > 0 ? 1 : 0
