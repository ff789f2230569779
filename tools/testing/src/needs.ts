import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { release } from 'node:os'
import { delimiter, join } from 'node:path'

/** What a test needs of the machine; everything named must be there. */
export interface Needs {
  /** Effective uid 0. */
  readonly root?: boolean
  /** Programs that must be on PATH (or in /sbin, /usr/sbin), like `['nft', 'ip']`. */
  readonly commands?: readonly string[]
  /** Paths that must exist, like `/dev/kvm`. */
  readonly files?: readonly string[]
  /** Oldest Linux release, like `'6.8'`. */
  readonly kernel?: string
  /** A network namespace can be made. */
  readonly network?: boolean
  /** Node's oldest version, like `'22.15'`. */
  readonly node?: string
  /** Any other condition: a sentence why the test cannot run, or undefined when it can. */
  readonly unless?: string | undefined
}

/** jest's `it` and `describe`, either as they are or skipping with the reason in the name. */
export interface Gated {
  readonly it: jest.It
  readonly describe: jest.Describe
  /** Why the tests are skipped; undefined when they run. */
  readonly reason: string | undefined
}

function onPath(command: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function older(have: string, want: string): boolean {
  const [a, b] = [have, want].map((text) => text.split(/[.-]/).map((part) => Number.parseInt(part, 10)))
  for (let i = 0; i < b!.length; i++) {
    const difference = (a![i] || 0) - (b![i] || 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

let networkProbe: boolean | undefined
function canUnshareNetwork(): boolean {
  networkProbe ??= spawnSync('unshare', ['--net', 'true'], { stdio: 'ignore' }).status === 0
  return networkProbe
}

/** The first need this machine does not meet, as words; undefined when it meets all. */
export function missing(needs: Needs): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux'
  if (needs.unless !== undefined) return needs.unless
  if (needs.root === true && process.geteuid!() !== 0) return 'needs root'
  if (needs.kernel !== undefined && older(release(), needs.kernel))
    return `needs Linux ${needs.kernel}, this is ${release()}`
  if (needs.node !== undefined && older(process.versions.node, needs.node))
    return `needs Node ${needs.node}, this is ${process.versions.node}`
  const command = needs.commands?.find((name) => !onPath(name))
  if (command !== undefined) return `no ${command} on PATH`
  const file = needs.files?.find((path) => !existsSync(path))
  if (file !== undefined) return `no ${file}`
  if (needs.network === true && !canUnshareNetwork()) return 'cannot make a network namespace'
  return undefined
}

type Callable = (name: string, ...rest: unknown[]) => unknown
type Jest = Callable & { skip: Callable & { each: (...table: unknown[]) => Callable } }

function skipping(target: Jest, reason: string): unknown {
  const label = (name: string) => `${name} [skipped: ${reason}]`
  const skip: Callable = (name, ...rest) => target.skip(label(name), ...rest)
  const each =
    (...table: unknown[]): Callable =>
    (name, ...rest) =>
      target.skip.each(...table)(label(name), ...rest)
  return Object.assign(skip, { each, skip, only: skip, failing: skip, concurrent: skip })
}

/**
 * `it` and `describe` for tests with `needs`. Where the machine does not meet them the tests are skipped, and the
 * name ends with `[skipped: the reason]`, which the reporter prints.
 */
export function requires(needs: Needs): Gated {
  const reason = missing(needs)
  if (reason === undefined) return { it, describe, reason }
  return {
    it: skipping(it as unknown as Jest, reason) as jest.It,
    describe: skipping(describe as unknown as Jest, reason) as jest.Describe,
    reason,
  }
}

/** A test that needs root: `requires({ root: true }).it`. */
export function kernelTest(name: string, body: () => unknown, timeout?: number): void {
  requires({ root: true }).it(name, body as jest.ProvidesCallback, timeout)
}
