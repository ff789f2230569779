import { Writable } from 'node:stream'
import type { Totals } from '../../ci/totals.ts'
import { guestRoot } from '../machine/job.ts'
import type { Session } from '../session.ts'
import { compiledFolder } from './compile.ts'

/** How many times slower the machine may be than a real one. */
const slowness = 5

/** Runs tests in a machine, as root or as its user; returns their counts. */
export async function runTests(
  session: Session,
  options: { user: boolean; args: readonly string[]; limitMs: number; signal?: AbortSignal },
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
    COFFERDAM_TEST_SLOWNESS: String(slowness),
  }
  const argv = ['node', '--disable-warning=ExperimentalWarning', 'tools/vm/test/guest.ts', ...options.args]
  const exitCode = await session.run(
    { argv, env, user: options.user },
    { ...options, stdout: process.stdout, stderr: process.stderr, result },
  )
  if (text === '') throw new Error(`the tests ended with ${exitCode} before they were counted`)
  return JSON.parse(text) as Totals
}
