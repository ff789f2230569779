/**
 * The job of `npm start`: shows the packages at work, or with arguments runs an image as `cofferdam run --rm` does:
 * `npm start -- IMAGE COMMAND...`.
 */
import { runCommand } from '@cofferdam/cli'
import { CofferdamError, errorMessage, isCofferdamError, isErrno } from '@cofferdam/core'
import { type Needs, busyboxPath, missing } from '@cofferdam/testing'
import { demonstrate } from './demonstrate.ts'

function need(needs: Needs, code: string, hint: string): void {
  const reason = missing(needs)
  if (reason !== undefined) throw new CofferdamError(code, `npm start: ${reason}`, { hint })
}

async function demonstration(): Promise<number> {
  need({ commands: ['docker-registry'] }, 'ERR_PROGRAM_NOT_FOUND', 'apt-get install docker-registry')
  need({ files: [busyboxPath] }, 'ERR_PROGRAM_NOT_FOUND', 'apt-get install busybox-static')
  const interrupt = new AbortController()
  const abort = () => interrupt.abort(new CofferdamError('ERR_ABORTED', 'interrupted'))
  process.once('SIGINT', abort).once('SIGTERM', abort)
  try {
    const left = await demonstrate(interrupt.signal)
    const lines =
      left.length === 0 ? ['The port was fetched, and nothing is left behind.'] : ['Left behind:', ...left]
    process.stdout.write(`\n${lines.join('\n  ')}\n`)
    return left.length === 0 ? 0 : 1
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort)
  }
}

function report(error: unknown): number {
  const code = isCofferdamError(error) ? ` (${error.code})` : ''
  process.stderr.write(`start: ${errorMessage(error)}${code}\n`)
  if (isCofferdamError(error) && error.hint !== undefined) process.stderr.write(`  hint: ${error.hint}\n`)
  return isErrno(error, 'ERR_ABORTED') ? 130 : 1
}

const argv = process.argv.slice(2)
try {
  need({}, 'ERR_UNSUPPORTED_PLATFORM', 'containers need a Linux kernel: use a virtual machine')
  need({ root: true }, 'ERR_NO_PERMISSION', 'run it as root: sudo npm start')
  const run = () => runCommand(['node', 'cofferdam', 'run', '--rm', ...argv])
  process.exitCode = argv.length === 0 ? await demonstration() : await run()
} catch (error) {
  process.exitCode = report(error)
}
