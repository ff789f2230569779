/**
 * Runs a command with this checkout in a virtual machine:
 * `npm run vm -- [--user] [--verbose] [--limit SECONDS] CMD...`.
 * Output and exit code are the command's; 125 where the machine failed.
 */
import { parseArgs } from 'node:util'
import { whyNoMachine } from './prepare.ts'
import { openSession } from './session.ts'

const usage = 'usage: npm run vm -- [--user] [--verbose] [--limit SECONDS] CMD...'
const argv = process.argv.slice(2)
let first = argv.findIndex((arg, index) => !arg.startsWith('--') && argv[index - 1] !== '--limit')
if (first < 0) first = argv.length
const { values } = parseArgs({
  args: argv.slice(0, first),
  options: {
    user: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    limit: { type: 'string', default: '1200' },
  },
})
const command = argv.slice(first)
const reason = command.length === 0 ? usage : whyNoMachine()
if (reason !== undefined) {
  process.stderr.write(`vm: ${reason}\n`)
  process.exit(125)
}

const started = performance.now()
const say = (step: string): void => {
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (values.verbose) process.stderr.write(`vm: ${seconds} s: ${step}\n`)
}
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
try {
  await using session = await openSession(undefined, say)
  process.exitCode = await session.run(
    { argv: command, user: values.user },
    {
      stdout: process.stdout,
      stderr: process.stderr,
      limitMs: Number(values.limit) * 1000,
      signal: stop.signal,
    },
  )
} catch (error) {
  process.stderr.write(`vm: ${(error as Error).message}\n`)
  process.exitCode = 125
}
