import { existsSync, readFileSync } from 'node:fs'
import { compareMachine, machineSnapshot, type MachineSnapshot } from '@cofferdam/testing'
import { type Process, processes } from '../child/processes.ts'
import type { State } from './state.ts'

/** Mounts, links, routes, nftables and sysctls of this host; processes and cgroups are looked at by themselves. */
export async function kernelSnapshot(): Promise<MachineSnapshot> {
  const { options, parts } = await machineSnapshot()
  const { mounts = [], links = [], routes = [], nftables = [], sysctls = [] } = parts
  return { options, parts: { mounts, links, routes, nftables, sysctls } }
}

/**
 * What the kernel has that the state does not name: compared with `before` when no container runs; else mounts as
 * before, no more links than running containers, and rules for their addresses only.
 */
export async function strayKernel(before: MachineSnapshot, state: State): Promise<string[]> {
  const running = state.rows.filter(({ status }) => status === 'running')
  const changes = await compareMachine(before, await kernelSnapshot(), 0)
  const lines = (part: string) => changes.filter((one) => one.part === part).map(({ line }) => line)
  if (running.length === 0)
    return [...changes.map(({ part, change, line }) => `${change} ${part}: ${line}`), ...strayOthers(state)]
  const ends = lines('links').filter((line) => line.startsWith('cv'))
  const addresses = running.map(
    ({ attachment }) => (JSON.parse(attachment ?? '{}') as { address?: string }).address,
  )
  const targets = lines('nftables').flatMap((line) => [...line.matchAll(/: (\d+\.\d+\.\d+\.\d+) \. \d+/g)])
  return [
    ...lines('mounts').map((line) => `mount ${line}`),
    ...(ends.length <= running.length ? [] : [`${ends.length} links: ${ends.join(', ')}`]),
    ...targets.flatMap(([, address]) =>
      addresses.includes(address) ? [] : [`nftables element of ${String(address)}`],
    ),
    ...strayOthers(state),
  ]
}

function strayOthers(state: State): string[] {
  return [...strayProcesses(state), ...strayCgroups(state)]
}

/** Processes that are neither this host's nor a monitor of a running container with what it started. */
export function strayProcesses(state: State): string[] {
  const all = new Map(processes().map((one) => [one.pid, one]))
  const owners = new Set(state.rows.filter(({ status }) => status === 'running').map((row) => row.owner_pid))
  const named = (one: Process | undefined): boolean => {
    for (let at = one; at !== undefined; at = all.get(at.parent))
      if (at.pid === process.pid || owners.has(at.pid)) return true
    return false
  }
  return [...all.values()]
    .filter((one) => one.pid !== 1 && !named(one))
    .map(
      ({ pid, parent, state: how, command }) =>
        `process ${pid} of ${parent} (${how}) ${command.slice(0, 60)}`,
    )
}

/** Processes that the state names, of containers that run, and that are gone. */
export function missingProcesses(state: State): string[] {
  const alive = new Set(processes().flatMap(({ pid, state: how }) => (how === 'Z' ? [] : [pid])))
  return state.rows
    .filter(({ status }) => status === 'running')
    .flatMap(({ name, pid, owner_pid: owner }) => [
      ...(pid !== null && alive.has(pid) ? [] : [`${name} is said to run, but process ${pid} is gone`]),
      ...(alive.has(owner) ? [] : [`${name} is said to run, but its owner ${owner} is gone`]),
    ])
}

/** True when what was killed has taken along what it takes along: nothing stray runs, no monitor is about to end. */
export function isSettled(state: State): boolean {
  const alive = new Set(processes().map(({ pid }) => pid))
  const ending = state.rows.some(
    ({ status, pid, owner_pid: owner }) =>
      status === 'running' && (pid === null || !alive.has(pid)) && alive.has(owner),
  )
  return !ending && strayProcesses(state).length === 0
}

const hierarchies = readFileSync('/proc/self/mounts', 'utf8')
  .split('\n')
  .map((line) => line.split(' '))
  .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
  .map(([, path]) => path as string)

/** Cgroups of containers that do not run, of every hierarchy. */
function strayCgroups(state: State): string[] {
  const running = new Set(state.rows.filter(({ status }) => status === 'running').map(({ id }) => id))
  return [...state.ids]
    .filter((id) => !running.has(id))
    .flatMap((id) => hierarchies.map((path) => `${path}/cofferdam/${id}`))
    .filter((path) => existsSync(path))
    .map((path) => `cgroup ${path}`)
}
