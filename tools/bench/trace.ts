/**
 * The system calls of a container's child, from clone to exec, as text. `node tools/bench/trace.ts limit` writes
 * those of native/limit-container.c to the committed file beside it, `... runtime` prints those of our own child.
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
const main = join(import.meta.dirname, 'main.ts')

/** Runs a program under strace, with the request `run` on its stdin, and finds the child's calls. */
async function trace(workshop: Workshop, argv: readonly string[]): Promise<string[]> {
  const log = join(workshop.directory, 'strace.log')
  const script = 'log=$1; shift; echo run | "$0" -a 1 -f -o "$log" "$@"'
  await run('sh', ['-c', script, await program('strace'), log, ...argv])
  return childCalls(await readFile(log, 'utf8'), '/bin/true')
}

const which = process.argv[2]
const workshop = await Workshop.open()
try {
  if (which === 'limit') {
    const calls = await trace(workshop, await limitContainer(workshop))
    const text = calls.map((call) => call.replaceAll(workshop.directory, '/bundle')).join('\n')
    await writeFile(committed, `${text}\n`)
    console.error(`${calls.length} calls`)
  } else if (which === 'runtime') {
    const argv = [process.execPath, main, 'start', '--rounds', '1', '--only', 'runtime-run']
    const calls = await trace(workshop, argv)
    for (const call of calls) console.log(call)
    console.error(`${calls.length} calls`)
  } else {
    console.error('usage: node tools/bench/trace.ts limit|runtime')
    process.exitCode = 2
  }
} finally {
  await workshop.close()
}
