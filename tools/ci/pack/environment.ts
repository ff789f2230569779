import { execFile } from 'node:child_process'
import { accessSync, realpathSync, symlinkSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** How a child of the pack matrix ended. */
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

/** A directory that serves as PATH: a Node, a shell and what examples start; no compiler. */
export async function makePath(folder: string, node: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  symlinkSync(node, join(folder, 'node'))
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

/** This process's environment without what an npm or the project's own set-up around it has added. */
export function outside(): NodeJS.ProcessEnv {
  const kept = /^npm_config_(registry|cafile|userconfig|cache|https?_proxy|noproxy)$/i
  const added = /^(npm_|COFFERDAM_|NODE_OPTIONS$|INIT_CWD$)/i
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => kept.test(name) || !added.test(name)),
  )
}

/** Runs a program with only `path` as PATH; killed after two minutes. */
export function run(file: string, args: readonly string[], cwd: string, path: string): Promise<Outcome> {
  const env = { ...outside(), PATH: path, CI: 'true' }
  const limits = { timeout: 120_000, killSignal: 'SIGKILL', maxBuffer: 1 << 24 } as const
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env, ...limits }, (error, out, err) => {
      const killed = error?.signal ? `killed by ${error.signal}` : ''
      resolve({ ok: error === null, text: `${out}${err}${killed}` })
    })
  })
}

/**
 * Runs `node` as root in namespaces of its own (mount with an empty /tmp and /run, network with loopback), so that an
 * example leaves nothing behind. `alone` waits for others who use the machine's control groups by fixed names.
 */
export function runIsolated(
  node: string,
  args: readonly string[],
  cwd: string,
  path: string,
  { alone = false, bind }: { alone?: boolean; bind?: readonly [string, string] | undefined } = {},
): Promise<Outcome> {
  // A checkout below /tmp must stay visible.
  const inTmp = [cwd, node, ...path.split(':')].some((directory) => directory.startsWith('/tmp/'))
  const quoted = bind?.map((file) => `'${file}'`).join(' ')
  const script = `
    ${quoted === undefined ? 'true' : `mount --bind ${quoted}`} || exit 119
    ${inTmp ? 'true' : 'mount -t tmpfs -o mode=1777 tmpfs /tmp'} && mount -t tmpfs tmpfs /run && ip link set lo up || exit 120
    [ ! -d /var/lib/cofferdam ] || mount -t tmpfs -o mode=700 tmpfs /var/lib/cofferdam
    ${alone ? 'exec 9</sys/fs/cgroup && flock 9 || exit 121' : ''}
    PATH=$1; node=$2; export PATH; shift 2; exec "$node" "$@"`
  const flags = ['--mount', '--net', '--propagation', 'private', '--', '/bin/sh', '-c', script, 'sh']
  const programs = '/usr/sbin:/usr/bin:/sbin:/bin'
  return run(find('unshare') ?? 'unshare', [...flags, path, node, ...args], cwd, programs)
}
