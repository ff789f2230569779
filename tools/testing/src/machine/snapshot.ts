import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { slowness } from '../slowness.ts'
import { cgroups, links, mounts, routes, rules, sysctls } from './kernel.ts'
import { runProcesses } from './processes.ts'

/** What a snapshot looks at. */
export interface SnapshotOptions {
  /** `NAME=value` in the environment of every process of the run. */
  readonly mark?: string
  /** Repository whose programs are the run's. */
  readonly folder?: string
  /** Directory of temporary files; TMPDIR unless given. Entries not made by the run belong elsewhere. */
  readonly temporary?: string
}

/** The state of the machine that tests must leave as they found it; every list is of comparable lines. */
export interface MachineSnapshot {
  readonly options: SnapshotOptions
  readonly parts: Readonly<Record<string, readonly string[]>>
}

/** What is there now and was not, or was there and is gone. */
export interface MachineDifference {
  readonly part: string
  readonly change: 'added' | 'removed'
  readonly line: string
}

const stateFolders = ['/run/cofferdam', '/var/lib/cofferdam', '/run/netns', '/dev/shm']

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => `${folder}/${name}`)
  } catch {
    return []
  }
}

/** Mounts, links, routes, nftables, cgroups, processes, sysctls and temporary files as they are now. */
export async function machineSnapshot(options: SnapshotOptions = {}): Promise<MachineSnapshot> {
  const [linkLines, routeLines, ruleLines] = await Promise.all([links(), routes(), rules()])
  return {
    options,
    parts: {
      mounts: mounts(),
      links: linkLines,
      routes: routeLines,
      nftables: ruleLines,
      cgroups: cgroups(),
      processes: runProcesses(options.mark, options.folder),
      sysctls: sysctls(),
      files: [options.temporary ?? tmpdir(), ...stateFolders].flatMap(entries),
    },
  }
}

function count(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}

function difference(before: MachineSnapshot, after: MachineSnapshot): MachineDifference[] {
  const found: MachineDifference[] = []
  for (const [part, now] of Object.entries(after.parts)) {
    const [old, fresh] = [count(before.parts[part] ?? []), count(now)]
    for (const [line, n] of fresh) if (n > (old.get(line) ?? 0)) found.push({ part, change: 'added', line })
    // A process of the run that ended is no change of the machine.
    if (part === 'processes') continue
    for (const [line, n] of old) if (n > (fresh.get(line) ?? 0)) found.push({ part, change: 'removed', line })
  }
  return found
}

/**
 * What differs from `before`, after a grace in which the kernel and pid 1 may still tidy up. Give `after` to compare
 * two snapshots as they are; without it new ones are taken until nothing differs or the grace (2 s) is over.
 */
export async function compareMachine(
  before: MachineSnapshot,
  after?: MachineSnapshot,
  graceMs = 2000,
): Promise<MachineDifference[]> {
  if (after !== undefined) return difference(before, after)
  const end = Date.now() + graceMs * slowness
  for (;;) {
    const found = difference(before, await machineSnapshot(before.options))
    if (found.length === 0 || Date.now() >= end) return found
    await sleep(100)
  }
}
