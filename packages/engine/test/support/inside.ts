/** What scripts of kernel tests use, inside the namespaces that play the host. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, watch } from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { changeLink, NetlinkSocket } from '@cofferdam/netlink'
import { compareMachine, eventually, machineSnapshot, type MachineSnapshot } from '@cofferdam/testing'
import { type Container, Engine, type EngineOptions } from '@cofferdam/engine'

export { all, bind, Engine, logLine, portOpen, tmpfs } from '@cofferdam/engine'
export { eventually } from '@cofferdam/testing'
export { text } from 'node:stream/consumers'
export { busybox, configured, plain } from './image.ts'

/** What a script prints as its last line. */
export interface Report {
  readonly value: unknown
  readonly left: readonly string[]
}

/** Opens an engine on a host whose loopback is up, runs `body`, closes it, and prints value and leftovers. */
export async function inHost(
  root: string,
  body: (engine: Engine) => Promise<unknown>,
  options: EngineOptions = {},
): Promise<void> {
  await loopbackUp()
  const { ids, stop } = watchIds(root)
  const before = await snapshot()
  const engine = await Engine.open({ root, ...options })
  let value: unknown
  try {
    value = await body(engine)
  } finally {
    await engine.close()
  }
  const report: Report = { value: value ?? null, left: await holds(before, root, ids) }
  stop()
  process.stdout.write(`\n${JSON.stringify(report)}\n`)
}

async function loopbackUp(): Promise<void> {
  using socket = await NetlinkSocket.open('route')
  await socket.request([changeLink({ name: 'lo', up: true })])
}

/** The ids of containers made below a root from now on, by whatever process. */
function watchIds(root: string): { readonly ids: ReadonlySet<string>; stop(): void } {
  const ids = new Set<string>()
  const path = join(root, 'store/snapshots')
  mkdirSync(path, { recursive: true })
  const watcher = watch(path, (_event, name) => name !== null && ids.add(name))
  return { ids, stop: () => watcher.close() }
}

/** What of the machine is this host's own: other tests may run beside this one. */
export async function snapshot(): Promise<MachineSnapshot> {
  const { options, parts } = await machineSnapshot()
  const { mounts = [], links = [], routes = [], nftables = [], sysctls = [], processes = [] } = parts
  const ours = processes.filter((line) => !line.endsWith('init guard'))
  return { options, parts: { mounts, links, routes, nftables, sysctls, processes: ours } }
}

/** What differs from `before`, and what the root and containers of `ids` still hold, after some seconds of grace. */
export async function holds(
  before: MachineSnapshot,
  root: string,
  ids: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const look = async () => {
    const changes = await compareMachine(before, await snapshot())
    const lines = changes.map(({ part, change, line }) => `${change} ${part}: ${line}`)
    return [...lines, ...left(root), ...cgroups().filter((path) => ids.has(basename(path)))]
  }
  await eventually(async () => (await look()).length === 0, 3000).catch(() => undefined)
  return look()
}

/** Rows, directories and leases of containers below a root. */
export function left(root: string): string[] {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  const folders = [
    'store/snapshots',
    'store/containers',
    'store/images/layers/tmp',
    `run/${boot}/containers`,
    `run/${boot}/runtime`,
    `run/${boot}/pulls`,
  ].flatMap((folder) => entries(join(root, folder)).map((name) => `${folder}/${name}`))
  const db = new DatabaseSync(join(root, 'store/state.db'), { readOnly: true })
  const rows = db.prepare('SELECT name, status FROM containers').all() as { name: string; status: string }[]
  const ports = db.prepare('SELECT host_port AS port FROM ports').all() as { port: number }[]
  db.close()
  return [
    ...folders,
    ...rows.map(({ name, status }) => `row of ${name} (${status})`),
    ...ports.map(({ port }) => `row of port ${port}`),
  ]
}

/** Cgroups of containers, of every hierarchy. */
export function cgroups(): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  const parents = mounts
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, path]) => join(path as string, 'cofferdam'))
  return parents.flatMap((parent) => entries(parent).map((name) => join(parent, name)))
}

function entries(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

/** The fields of the error that `attempt` fails with. */
export async function fails(attempt: Promise<unknown> | (() => Promise<unknown>)): Promise<object> {
  try {
    await (typeof attempt === 'function' ? attempt() : attempt)
  } catch (error) {
    const { name, code, message, path, hint, errno } = error as Record<string, unknown>
    return { name, code, message, path, hint, errno }
  }
  return { code: 'no error' }
}

/** Everything a container printed, when it has ended. */
export async function output(container: Pick<Container, 'stdout' | 'stderr'>): Promise<string> {
  const streams = [container.stdout, container.stderr].filter((stream) => stream !== undefined)
  return (await Promise.all(streams.map((stream) => text(stream)))).join('')
}

/** The body of an HTTP answer, over a connection of its own. */
export async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { connection: 'close' } })
  return answer.text()
}

/** Program and arguments of a second engine's process; its code sees `engine` and `root`. */
export function scriptArgv(root: string, body: string): string[] {
  const code = `
    import { Engine, plain, portOpen } from './packages/engine/test/support/inside.ts'
    const root = ${JSON.stringify(root)}
    const engine = await Engine.open({ root })
    const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n')
    ${body}`
  const evaluate = process.execArgv.indexOf('--eval')
  const flags =
    evaluate < 0
      ? process.execArgv
      : process.execArgv.filter((_, at) => at !== evaluate && at !== evaluate + 1)
  return [process.execPath, ...flags, '--eval', code]
}

/** Starts a second engine's process on the same host, as {@link scriptArgv} says. */
export function spawnScript(root: string, body: string): ChildProcess {
  const [program = '', ...args] = scriptArgv(root, body)
  return spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** The lines of JSON that a process of {@link spawnScript} says. */
export async function* said(child: ChildProcess): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: child.stdout as Readable })) yield JSON.parse(line)
}
