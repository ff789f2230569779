/**
 * Runs a command with this checkout in a virtual machine: `npm run vm -- [--user] [--verbose] [--limit SECONDS] CMD...`.
 * Output and exit code are the command's; 125 where the machine failed.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { baseImage } from './image/base.ts'
import { checkoutImage } from './image/checkout.ts'
import { modulesImage } from './image/modules.ts'
import { runMachine } from './machine/run.ts'
import { whyNoMachine } from './prepare.ts'

const argv = process.argv.slice(2)
const valued = ['--limit']
let first = argv.findIndex((arg, index) => !arg.startsWith('--') && !valued.includes(argv[index - 1] ?? ''))
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
const reason =
  command.length === 0 ? 'usage: npm run vm -- [--user] [--verbose] [--limit SECONDS] CMD...' : whyNoMachine()
if (reason !== undefined) {
  process.stderr.write(`vm: ${reason}\n`)
  process.exit(125)
}

const started = performance.now()
const say = (text: string): void => {
  if (values.verbose)
    process.stderr.write(`vm: ${((performance.now() - started) / 1000).toFixed(1)} s: ${text}\n`)
}
const work = await mkdtemp(join(tmpdir(), 'cofferdam-vm-'))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(125))
try {
  const base = await baseImage()
  const modules = await modulesImage()
  say('base and modules')
  const checkout = await checkoutImage(work)
  say('checkout')
  process.exitCode = await runMachine(
    { base, modules, checkout },
    { argv: command, user: values.user },
    {
      work,
      stdout: process.stdout,
      stderr: process.stderr,
      limitMs: Number(values.limit) * 1000,
      onReady: (uptime) => say(`ready, ${uptime} s after the kernel started`),
    },
  )
  say('off')
} catch (error) {
  process.stderr.write(`vm: ${(error as Error).message}\n`)
  process.exitCode = 125
} finally {
  await rm(work, { recursive: true, force: true })
}
