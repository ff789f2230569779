import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where the figures come from: figures of two machines are not compared. */
export interface Machine {
  kernel: string
  cpu: string
  cores: number
  /** Bytes of main memory. */
  memory: number
  node: string
  cgroups: 'v1' | 'v2' | 'hybrid' | 'none'
  /** The versions of the peers that are installed. */
  peers: Record<string, string>
}

function cgroups(): Machine['cgroups'] {
  if (existsSync('/sys/fs/cgroup/cgroup.controllers')) return 'v2'
  if (existsSync('/sys/fs/cgroup/unified/cgroup.controllers')) return 'hybrid'
  return existsSync('/sys/fs/cgroup/memory') ? 'v1' : 'none'
}

/** Describes this machine and the peers on it. */
export async function machine(): Promise<Machine> {
  const peers: Record<string, string> = {}
  for (const name of ['runc', 'crun', 'podman']) {
    const version = await run(name, ['--version']).then(
      ({ stdout }) => /version v?(\S+)/.exec(stdout)?.[1],
      () => undefined,
    )
    if (version !== undefined) peers[name] = version
  }
  return {
    kernel: `${release()} ${arch()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    node: process.version,
    cgroups: cgroups(),
    peers,
  }
}
