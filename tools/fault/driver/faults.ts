import { shuffle } from '../../bench/harness/statistics.ts'
import type { Fault } from '../child/probe.ts'
import { type Victim, victims } from '../child/processes.ts'
import type { HostJob } from '../host/protocol.ts'
import type { Outcome } from './run.ts'

/** What kind of point an id names: `await`, or `call:ROLE` of a system call of a process of that role. */
export const kindOf = (id: string) => (id.startsWith('call:') ? id.split(':').slice(0, 2).join(':') : 'await')

/** Every fault that can happen to some victims, by verb, victim and kind of point, from runs without a fault. */
export function allFaults(quiet: readonly Outcome[], wanted: readonly string[]): Map<string, HostJob[]> {
  const strata = new Map<string, HostJob[]>()
  for (const { job, result } of quiet) {
    for (const { id, hit, victims: present } of result.passed) {
      for (const victim of present) {
        if (!wanted.includes(victim)) continue
        const key = `${job.verb} ${victim} ${kindOf(id)}`
        const jobs = strata.get(key) ?? []
        strata.set(key, jobs)
        jobs.push({ verb: job.verb, fault: { id, hit, victim } })
      }
    }
  }
  return strata
}

/**
 * All faults in an order by chance, in which those of each verb, victim and kind of point alternate. Half of them open the
 * engine at once.
 */
export function order(strata: ReadonlyMap<string, readonly HostJob[]>, random: () => number): HostJob[] {
  const ordered: HostJob[] = []
  for (let rests = [...strata.values()].map((jobs) => shuffle(jobs, random)); rests.length > 0;) {
    for (const jobs of shuffle(rests, random)) ordered.push(jobs.pop() as HostJob)
    rests = rests.filter((jobs) => jobs.length > 0)
  }
  return ordered.map((job) => ({ ...job, atOnce: random() < 0.5 }))
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
