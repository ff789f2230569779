/**
 * Writes the system calls of one container's child, from clone to exec, as text:
 * `node tools/bench/trace.ts limit` those of native/limit-container.c, to the committed file beside it.
 */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { limitContainer } from './bundle/bundle.ts'
import { childCalls } from './harness/strace.ts'
import { program, Workshop } from './harness/workshop.ts'

const run = promisify(execFile)
const committed = join(import.meta.dirname, 'native/limit-container.syscalls.txt')

const workshop = await Workshop.open()
try {
  const strace = await program('strace')
  const argv = await limitContainer(workshop)
  const log = join(workshop.directory, 'strace.log')
  await run('sh', ['-c', 'log=$1; shift; echo run | "$0" -f -o "$log" "$@"', strace, log, ...argv])
  const calls = childCalls(await readFile(log, 'utf8')).map((call) =>
    call.replaceAll(workshop.directory, '/bundle'),
  )
  await writeFile(committed, `${calls.join('\n')}\n`)
  console.log(`${calls.length} calls: ${committed}`)
} finally {
  await workshop.close()
}
