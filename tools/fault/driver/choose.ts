import type { Fault, Passing } from '../child/probe.ts'
import { type Victim, victims } from '../child/processes.ts'
import type { HostJob } from '../host/protocol.ts'

/** The passings of one verb without a fault. */
export interface Recorded {
  readonly verb: string
  readonly passed: readonly Passing[]
}

/** Every fault that can happen, by verb and victim. */
export function allFaults(recorded: readonly Recorded[]): Map<string, HostJob[]> {
  const strata = new Map<string, HostJob[]>()
  for (const { verb, passed } of recorded) {
    for (const victim of victims) {
      const jobs = passed
        .filter((one) => one.victims.includes(victim))
        .map(({ id, hit }) => ({ verb, fault: { id, hit, victim } }))
      if (jobs.length > 0) strata.set(`${verb} ${victim}`, jobs)
    }
  }
  return strata
}

/**
 * So many faults by chance: as many of each verb and victim, each of its points at most once; all of them where there are
 * not more. Half of them open the engine at once.
 */
export function choose(
  strata: ReadonlyMap<string, readonly HostJob[]>,
  count: number,
  random: () => number,
): HostJob[] {
  const rests = [...strata.values()].map((jobs) => shuffle(jobs, random))
  const chosen: HostJob[] = []
  while (chosen.length < count) {
    const open = rests.filter((jobs) => jobs.length > 0)
    if (open.length === 0) break
    for (const jobs of shuffle(open, random).slice(0, count - chosen.length))
      chosen.push(jobs.pop() as HostJob)
  }
  return chosen.map((job) => ({ ...job, atOnce: random() < 0.5 }))
}

function shuffle<T>(list: readonly T[], random: () => number): T[] {
  const mixed = [...list]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T]
  }
  return mixed
}

/** The arguments that repeat a fault. */
export function argumentsOf({ verb, fault, atOnce }: HostJob): string {
  const { id, hit, victim } = fault as Fault
  return `--verb ${verb} --victim ${victim} --point ${id}#${hit}${atOnce === true ? ' --at-once' : ''}`
}

/** Reads what {@link argumentsOf} writes of a fault. */
export function parsePoint(point: string, victim: string): Fault {
  const at = point.lastIndexOf('#')
  if (at < 0 || !victims.includes(victim as Victim))
    throw new Error(`no point or victim: ${point}, ${victim}`)
  return { id: point.slice(0, at), hit: Number(point.slice(at + 1)), victim: victim as Victim }
}
