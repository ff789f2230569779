import { spawn } from 'node:child_process'
import { CofferdamError, errorMessage, isErrno } from '@cofferdam/core'
import type { Hook, Hooks } from '../spec/types.js'

const STDERR_LIMIT = 4096
/** Milliseconds for the last words of a hook that failed, where another process holds its standard error. */
const STDERR_GRACE = 100
/** The longest timer. */
const MAX_TIMEOUT = 2 ** 31 - 1

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return
  try {
    process.kill(-leader, 'SIGKILL')
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error
  }
}

/**
 * Runs a hook in a process group of its own; gives what failed. It is over when its process ends, whoever still has its
 * standard error then: a daemon that it started may outlive it.
 */
function runHook(hook: Hook, state: string, signal?: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
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
      detached: true,
    })
    let words = ''
    let late = false
    const kill = () => killGroup(child.pid)
    const limit = hook.timeout === undefined ? MAX_TIMEOUT : Math.min(hook.timeout * 1000, MAX_TIMEOUT)
    const timer = setTimeout(() => {
      late = true
      kill()
    }, limit)
    const unwatch = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', kill)
    }
    const settle = (failed: string | undefined) => {
      unwatch()
      child.stdin.destroy()
      child.stderr.destroy()
      resolve(failed)
    }
    signal?.addEventListener('abort', kill)
    if (signal?.aborted === true) kill()
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (words = (words + text).slice(-STDERR_LIMIT)))
    child.stdin.on('error', () => {}).end(state)
    child.on('error', (error) => settle(errorMessage(error)))
    child.on('exit', (code, signal) => {
      unwatch()
      if (code === 0) return settle(undefined)
      const how =
        signal === null ? `exit status ${code}` : `signal: ${signal === 'SIGKILL' ? 'killed' : signal}`
      const over = late ? `${how}, past its timeout of ${hook.timeout} s` : how
      const tell = () => settle(`${over}${words === '' ? '' : `, stderr: ${words.trim()}`}`)
      child.on('close', tell)
      // The event loop reads once more what is there already.
      setTimeout(() => setImmediate(tell), STDERR_GRACE).unref()
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
