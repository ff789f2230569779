import { openSync, readFileSync, readdirSync } from 'node:fs'
import { launch, type CloneSection, type LaunchOptions, type LaunchPlan, type Op } from '../../src/index.js'
import { closeFd, pipe } from '@cofferdam/sys'
import { Socket } from 'node:net'

/** Ids of processes whose command line contains `marker`. */
export function processesWith(marker: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker)
      } catch {
        return false
      }
    })
}

export const isRoot = process.geteuid!() === 0

/** New namespaces; for an ordinary user below a user namespace in which it is root. */
export function namespaced(namespaces: NonNullable<CloneSection['namespaces']>): CloneSection {
  if (isRoot) return { namespaces }
  const own = (id: number) => [{ containerID: 0, hostID: id, size: 1 }]
  return {
    namespaces: ['user', ...namespaces],
    uidMappings: own(process.getuid!()),
    gidMappings: own(process.getgid!()),
    setgroups: 'deny',
  }
}

let count = 0
/** A number of seconds for sleep(1) that no other process has on its command line. */
export function uniqueSleep(): string {
  return `${4000 + (process.pid % 1000)}.${Date.now() % 100_000}${++count}`
}

/** Children of a process. */
export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  } catch {
    return []
  }
}

export const PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** Runs a shell text after `ops` and returns what it wrote. */
export async function shell(
  ops: readonly Op[],
  script: string,
  plan: Partial<LaunchPlan> = {},
  options: LaunchOptions = {},
): Promise<{ stdout: string; exitCode: number | null; warnings: readonly { detail: string }[] }> {
  const output = pipe({ read: true })
  const nothing = openSync('/dev/null', 'r')
  try {
    const stdio: Op = { op: 'stdio', fds: [nothing, output.write, output.write] }
    // Seccomp and ids come last, so descriptors are set before them.
    const late = ops.findIndex((op) => op.op === 'user' || op.op === 'seccomp' || op.op === 'noNewPrivileges')
    const at = late < 0 ? ops.length : late
    const started = await launch(
      {
        ...plan,
        ops: [...ops.slice(0, at), stdio, ...ops.slice(at)],
        exec: { args: ['/bin/sh', '-c', script], env: [`PATH=${PATH.join(':')}`], search: PATH },
      },
      options,
    )
    closeFd(output.write)
    output.write = -1
    const stream = new Socket({ fd: output.read, readable: true, writable: false })
    output.read = -1
    let stdout = ''
    for await (const chunk of stream) stdout += String(chunk)
    const { exitCode } = await started.exited
    await started.stop()
    return { stdout, exitCode, warnings: started.warnings }
  } finally {
    for (const fd of [nothing, output.read, output.write]) if (fd >= 0) closeFd(fd)
  }
}
