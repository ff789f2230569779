import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { defaultProfile } from '@cofferdam/security'
import { tempDir, type TempDir } from '@cofferdam/testing'
import { type Container, defaultSpec, type DefaultSpecOptions, Runtime } from '../../src/index.js'

const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path)) ?? ''
const applets =
  'sh cat ls id mount env true sleep hostname ps grep test stty tty head kill touch ulimit readlink stat'

/** A root with busybox and its most used applets. */
export function makeRootfs(path: string): string {
  for (const name of ['bin', 'dev', 'etc', 'proc', 'root', 'sys', 'tmp'])
    mkdirSync(join(path, name), { recursive: true })
  copyFileSync(busybox, join(path, 'bin/busybox'))
  for (const name of applets.split(' ')) symlinkSync('busybox', join(path, 'bin', name))
  writeFileSync(
    join(path, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n',
  )
  return path
}

/** A runtime with its own state and cgroup parent, and a root to run. */
export interface World extends AsyncDisposable {
  readonly dir: TempDir
  readonly runtime: Runtime
  readonly rootfs: string
  readonly parent: string
  spec(args: readonly string[], options?: DefaultSpecOptions): ReturnType<typeof defaultSpec>
  /** Runs a script in a default container to its end and returns what it printed. */
  sh(script: string, change?: (spec: ReturnType<typeof defaultSpec>) => void): Promise<string>
  /** What containers left: state directories and cgroups. */
  left(): string[]
}

const hierarchies = () => readdirSync('/sys/fs/cgroup').map((name) => join('/sys/fs/cgroup', name))

/** False: containers are those of an ordinary user. */
export const isRoot = process.geteuid!() === 0

let counter = 0

export async function world(options: { readonly cgroups?: 'cgroupfs' | 'disabled' } = {}): Promise<World> {
  const dir = await tempDir('runtime')
  const rootfs = makeRootfs(dir.join('rootfs'))
  const parent = `/cofferdam-test-${process.pid}-${counter++}`
  // An ordinary user has no cgroups here, and is root in a user namespace.
  const cgroups = isRoot ? undefined : ({ cgroups: 'disabled' } as const)
  const rootless = { uid: process.getuid!(), gid: process.getgid!() }
  const runtime = new Runtime({ root: dir.join('state'), cgroupParent: parent, ...cgroups, ...options })
  const spec: World['spec'] = (args, more) =>
    defaultSpec({
      args,
      rootfs,
      ...(isRoot ? {} : { rootless }),
      seccomp: defaultProfile() as DefaultSpecOptions['seccomp'] & object,
      ...more,
    })
  const { rmdir } = await import('node:fs/promises')
  return {
    dir,
    runtime,
    rootfs,
    parent,
    spec,
    async sh(script, change) {
      const made = spec(['sh', '-c', script])
      change?.(made)
      await using container = await runtime.run(undefined, { spec: made, stdio: ['ignore', 'pipe', 'pipe'] })
      return (await output(container)).trim()
    },
    left() {
      const state = existsSync(runtime.root) ? readdirSync(runtime.root) : []
      const groups = hierarchies().flatMap((path) =>
        existsSync(path + parent)
          ? readdirSync(path + parent, { withFileTypes: true })
              .filter((entry) => entry.isDirectory())
              .map((entry) => join(path + parent, entry.name))
          : [],
      )
      return [...state, ...groups]
    },
    async [Symbol.asyncDispose]() {
      for (const path of [...hierarchies(), '/sys/fs/cgroup']) await rmdir(path + parent).catch(() => {})
      await dir.remove()
    },
  }
}

/** Everything a container printed, standard error after standard output. */
export async function output(container: Container): Promise<string> {
  const read = (stream: Readable | undefined) => (stream === undefined ? '' : text(stream))
  const [out, err] = await Promise.all([read(container.streams.stdout), read(container.streams.stderr)])
  await container.exited
  return out + err
}
