import { execFile } from 'node:child_process'
import { accessSync, realpathSync, symlinkSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** How a child of the smoke test ended. */
export interface Outcome {
  readonly ok: boolean
  /** Both streams. */
  readonly text: string
}

function find(command: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, command)
    try {
      accessSync(path)
      return realpathSync(path)
    } catch {
      // Not in this folder.
    }
  }
  return undefined
}

const programs = ['sh', 'true', 'false', 'cat', 'echo', 'sleep', 'env', 'ls', 'id', 'hostname']

/** A directory that serves as PATH: Node, a shell and what examples start; no compiler. */
export async function makePath(folder: string): Promise<string> {
  await mkdir(folder)
  symlinkSync(process.execPath, join(folder, 'node'))
  for (const name of programs) {
    const program = find(name)
    if (program !== undefined) symlinkSync(program, join(folder, name))
  }
  return folder
}

/** npm's script, to be run by this Node. */
export function npmScript(): string {
  const path = process.env.npm_execpath ?? find('npm')
  if (path === undefined) throw new Error('no npm on PATH')
  return path
}

/** Runs Node with `args` and only `path` as PATH. */
export function runNode(
  args: readonly string[],
  cwd: string,
  path: string,
  timeout = 120_000,
): Promise<Outcome> {
  return run(process.execPath, args, cwd, path, timeout)
}

/** This process's environment without what an npm or the project's own set-up around it has added. */
function outside(): NodeJS.ProcessEnv {
  const kept = /^npm_config_(registry|cafile|userconfig|cache|https?_proxy|noproxy)$/i
  const added = /^(npm_|COFFERDAM_|NODE_OPTIONS$|INIT_CWD$)/i
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => kept.test(name) || !added.test(name)),
  )
}

/** Runs a program with only `path` as PATH. */
export function run(
  file: string,
  args: readonly string[],
  cwd: string,
  path: string,
  timeout: number,
): Promise<Outcome> {
  const env = { ...outside(), PATH: path, CI: 'true' }
  return new Promise((resolve) => {
    execFile(
      file,
      args,
      { cwd, env, timeout, killSignal: 'SIGKILL', maxBuffer: 1 << 24 },
      (error, out, err) => {
        resolve({
          ok: error === null,
          text: `${out}${err}${error?.signal ? `killed by ${error.signal}` : ''}`,
        })
      },
    )
  })
}

/**
 * Runs Node as root in namespaces of its own (mount with an empty /tmp and /run, network with loopback), so that an
 * example leaves nothing behind.
 */
export function runIsolated(args: readonly string[], cwd: string, path: string): Promise<Outcome> {
  // A checkout below /tmp must stay visible.
  const inTmp = [cwd, ...path.split(':')].some((directory) => directory.startsWith('/tmp/'))
  const script = `
    ${inTmp ? 'true' : 'mount -t tmpfs -o mode=1777 tmpfs /tmp'} && mount -t tmpfs tmpfs /run && ip link set lo up || exit 120
    [ ! -d /var/lib/cofferdam ] || mount -t tmpfs -o mode=700 tmpfs /var/lib/cofferdam
    PATH=$1; export PATH; shift; exec node "$@"`
  const flags = ['--mount', '--net', '--propagation', 'private', '--', '/bin/sh', '-c', script, 'sh', path]
  return run(find('unshare') ?? 'unshare', [...flags, ...args], cwd, '/usr/sbin:/usr/bin:/sbin:/bin', 120_000)
}
