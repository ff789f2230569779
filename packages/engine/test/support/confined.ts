import { text } from 'node:stream/consumers'
import { spawn } from '@cofferdam/process'
import { compileSeccomp, defaultProfile } from '@cofferdam/security'
import { javaScript, sourceFlags } from '@cofferdam/testing'

/**
 * Runs a script as root in Docker's default seccomp filter without CAP_SYS_ADMIN, as inside of a container: clone(2)
 * and unshare(2) with namespaces are EPERM, clone3(2) is ENOSYS. Returns the last line of its output.
 */
export async function runConfined(code: string): Promise<unknown> {
  const { filter } = compileSeccomp(defaultProfile({ capabilities: [] }))
  await using child = await spawn([process.execPath, ...sourceFlags, '--eval', javaScript(code)], {
    seccomp: filter,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, error] = await Promise.all([text(child.stdout!), text(child.stderr!)])
  const { exitCode } = await child.exited
  if (exitCode !== 0) throw new Error(`ended with ${exitCode}: ${error}${out}`)
  return JSON.parse(out.trim().split('\n').at(-1) ?? '')
}
