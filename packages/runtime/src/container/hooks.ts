import { spawn } from 'node:child_process'
import { CofferdamError, errorMessage } from '@cofferdam/core'
import type { Hook, Hooks } from '../spec/types.js'

const STDERR_LIMIT = 4096

function runHook(hook: Hook, state: string, signal?: AbortSignal): Promise<string | undefined> {
  return new Promise((settle) => {
    const [argv0 = hook.path, ...args] = hook.args ?? []
    const env = Object.fromEntries(
      (hook.env ?? []).map((entry) => {
        const at = entry.indexOf('=')
        return [entry.slice(0, at), entry.slice(at + 1)]
      }),
    )
    const child = spawn(hook.path, args, {
      argv0,
      env,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'pipe'],
      killSignal: 'SIGKILL',
      ...(signal === undefined ? {} : { signal }),
      ...(hook.timeout === undefined ? {} : { timeout: hook.timeout * 1000 }),
    })
    let words = ''
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (words = (words + text).slice(-STDERR_LIMIT)))
    child.stdin.on('error', () => {}).end(state)
    child.on('error', (error) => settle(errorMessage(error)))
    child.on('close', (code, signal) => {
      const how =
        signal === null ? `exit status ${code}` : `signal: ${signal === 'SIGKILL' ? 'killed' : signal}`
      settle(code === 0 ? undefined : `${how}${words === '' ? '' : `, stderr: ${words.trim()}`}`)
    })
  })
}

/**
 * Runs the hooks of one kind in the runtime's namespaces, in their order, each with the container's state on its
 * standard input; the first that fails ends it (runtime-spec config.md, "POSIX-platform Hooks"). `signal` kills the one
 * that runs.
 * @throws CofferdamError `ERR_HOOK`
 */
export async function runHooks(
  name: keyof Hooks,
  hooks: Hooks | undefined,
  state: () => string,
  signal?: AbortSignal,
): Promise<void> {
  for (const [index, hook] of (hooks?.[name] ?? []).entries()) {
    const failed = await runHook(hook, state(), signal)
    if (failed !== undefined) {
      throw new CofferdamError('ERR_HOOK', `error running ${name} hook #${index}: ${failed}`, {
        path: hook.path,
        hint: `the hook ${hook.path} ended the container's life`,
      })
    }
  }
}
