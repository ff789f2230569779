import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { javaScript, sourceFlags } from './node.ts'
import { slowness } from './slowness.ts'

/** A namespace `unshare(1)` can make for a child. */
export type Namespace = 'mount' | 'net' | 'pid' | 'uts' | 'ipc' | 'cgroup' | 'user' | 'time'

/** How {@link runCommand} starts its child. */
export interface CommandOptions {
  readonly cwd?: string
  /** Variables on top of this process's; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string | Uint8Array
  /** Fresh namespaces; mount propagation is private and a pid namespace gets its own /proc. */
  readonly namespaces?: readonly Namespace[]
  /** uid and gid of the child, with no supplementary groups and no capabilities. */
  readonly user?: number
  /** Program with arguments that starts the command, as `strace()` makes it. */
  readonly under?: readonly string[]
  readonly timeoutMs?: number
}

/** {@link runScript}'s options. */
export interface ScriptOptions extends CommandOptions {
  /** What `process.argv.slice(1)` holds in the script. */
  readonly args?: readonly string[]
  /** Import packages from `dist` (after `tsc -b`) instead of their sources. */
  readonly dist?: boolean
  /** Flags of Node, like `--expose-gc`. */
  readonly flags?: readonly string[]
}

/** How a child ended and what it wrote. */
export interface RunResult {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** The last line of stdout as JSON; throws with stderr where it is none or the child failed. */
  json<T = unknown>(): T
  /** This result; throws with stderr unless the child exited with 0. */
  ok(): RunResult
}

const root = fileURLToPath(new URL('../../..', import.meta.url))

function wrap(argv: readonly string[], options: CommandOptions): string[] {
  const before: string[] = []
  const namespaces = options.namespaces ?? []
  if (namespaces.length > 0) {
    before.push('unshare', ...namespaces.map((name) => `--${name}`))
    if (namespaces.includes('mount')) before.push('--propagation', 'private')
    if (namespaces.includes('user')) before.push('--map-root-user')
    if (namespaces.includes('pid')) before.push('--fork', '--kill-child', '--mount-proc')
    before.push('--')
  }
  if (options.user !== undefined && options.user !== process.getuid!()) {
    before.push('setpriv', `--reuid=${options.user}`, `--regid=${options.user}`, '--clear-groups')
    before.push('--inh-caps=-all', '--bounding-set=-all', '--')
  }
  return [...before, ...(options.under ?? []), ...argv]
}

/** Runs a program to its end, like `unshare --net --mount -- setpriv --reuid=1000 ... PROGRAM`. */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<RunResult> {
  const [file, ...args] = wrap(argv, options)
  return new Promise((resolve, reject) => {
    const child = spawn(file!, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: (options.timeoutMs ?? 60_000) * slowness,
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdin.on('error', () => {}).end(options.input ?? '')
    child.on('error', reject)
    child.on('close', (exitCode, signal) => {
      const result: RunResult = {
        exitCode,
        signal,
        stdout,
        stderr,
        ok() {
          if (exitCode === 0) return result
          throw new Error(`${argv[0]} ended with ${signal ?? exitCode}: ${stderr}${stdout}`)
        },
        json<T>() {
          result.ok()
          return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T
        },
      }
      resolve(result)
    })
  })
}

/**
 * Runs `code`, a TypeScript module, in a Node of its own: there it may unshare, clone or be killed without harm
 * to the test's process. Imports resolve as from the repository's root: packages by name (their sources) and
 * `./packages/x/src/file.js`.
 */
export function runScript(code: string, options: ScriptOptions = {}): Promise<RunResult> {
  const flags = options.dist === true ? ['--input-type=module'] : sourceFlags
  const argv = [process.execPath, ...flags, ...(options.flags ?? []), '--eval', javaScript(code)]
  return runCommand([...argv, '--', ...(options.args ?? [])], { ...options, cwd: options.cwd ?? root })
}
