import { Writable } from 'node:stream'
import type { Totals } from '../../ci/totals.ts'
import { guestRoot } from '../machine/job.ts'
import type { RunOptions } from '../machine/run.ts'
import type { Session } from '../session.ts'
import { compiledFolder } from './compiled/compile.ts'
import type { TestJob } from './jobs.ts'
import { prefixed } from './lines.ts'

/** Two at a time keep two processors of the host busy. */
const size = { memory: 2560, processors: 1 }

/** How many times slower the machine may be than a real one, where another runs beside it. */
const slowness = process.env.COFFERDAM_TEST_SLOWNESS ?? '10'
/** The part of the repetitions of a stress test that is made there: a quarter. */
const fewer = '4'

/** Runs tests in a machine and copies their output with the job's name; returns their counts. */
export async function runTests(
  session: Session,
  { name, user, paths }: TestJob,
  options: Pick<RunOptions, 'limitMs' | 'signal' | 'onExit'>,
): Promise<Totals> {
  let text = ''
  const result = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString()
      done()
    },
  })
  const env = {
    CI: 'true',
    COFFERDAM_COMPILED: `${guestRoot}/${compiledFolder}`,
    COFFERDAM_TEST_SLOWNESS: slowness,
    COFFERDAM_TEST_FEWER: fewer,
  }
  const loader = `require('${guestRoot}/${compiledFolder}/loader.cjs')`
  const argv = ['node', '--eval', `${loader}.load('tools/vm/test/guest.ts')`, '--', ...paths]
  const [stdout, stderr] = [process.stdout, process.stderr].map((stream) => prefixed(stream, `${name}: `))
  const exitCode = await session.run(
    { argv, env, user },
    { ...options, size, stdout: stdout!, stderr: stderr!, result },
  )
  if (text === '') throw new Error(`the tests ended with ${exitCode} before they were counted`)
  return JSON.parse(text) as Totals
}
