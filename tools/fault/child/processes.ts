import { readdirSync, readFileSync } from 'node:fs'
import { readProcessStat } from '@cofferdam/sys'

/** One process of the pid namespace that plays the machine. */
export interface Process {
  readonly pid: number
  readonly parent: number
  /** In clock ticks after boot. */
  readonly start: string
  readonly state: string
  readonly command: string
  /** Its pid in each pid namespace from this one down. */
  readonly pids: readonly number[]
}

/** What a fault can hit besides Node itself. */
export type Victim = 'node' | 'spawner' | 'monitor' | 'init'

/** All victims, in the order of reports. */
export const victims: readonly Victim[] = ['node', 'spawner', 'monitor', 'init']

/** All processes of this pid namespace; what ends meanwhile is left out. */
export function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readProcessStat(Number(name))
        if (stat === undefined) return []
        const status = readFileSync(`/proc/${name}/status`, 'utf8')
        return {
          pid: Number(name),
          parent: stat.parent,
          start: stat.startTime,
          state: stat.state,
          command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
          pids: (/^NSpid:\s*(.*)$/m.exec(status)?.[1] ?? name).split(/\s+/).map(Number),
        }
      } catch {
        return []
      }
    })
}

/**
 * The processes that a fault can hit, of a Node: its spawner, the monitor of a container that outlives it, and the
 * first process of a container, of the spawner or the monitor.
 */
export function findVictims(node: number, all: readonly Process[] = processes()): Map<Victim, number> {
  const roles = findRoles(node, all)
  roles.delete('guard')
  return roles as Map<Victim, number>
}

/** {@link findVictims}, and the guard above the spawner. */
export function findRoles(
  node: number,
  all: readonly Process[] = processes(),
): Map<Victim | 'guard', number> {
  const alive = all.filter(({ state }) => state !== 'Z' && state !== 'X')
  const childrenOf = (pid: number | undefined) => alive.filter(({ parent }) => parent === pid)
  const ours = (command: string, role: string) => command.endsWith(`init ${role}`)
  const guard = childrenOf(node).find(({ command }) => ours(command, 'guard'))
  const spawner = childrenOf(guard?.pid).find(
    ({ command, pids }) => ours(command, 'guard') && pids.length === 1,
  )
  const monitor = alive.find(
    (one) =>
      ours(one.command, 'monitor') &&
      one.pids.length === 1 &&
      !alive.some(({ pid, command }) => pid === one.parent && ours(command, 'monitor')),
  )
  const init = [...childrenOf(spawner?.pid), ...childrenOf(monitor?.pid)].find(
    ({ pids }) => pids.length === 2 && pids[1] === 1,
  )
  const found = [
    ['node', node],
    ['guard', guard?.pid],
    ['spawner', spawner?.pid],
    ['monitor', monitor?.pid],
    ['init', init?.pid],
  ] as const
  return new Map(found.flatMap(([role, pid]) => (pid === undefined ? [] : [[role, pid]])))
}
