import { table } from '../../ci/table.ts'
import { victims } from '../child/processes.ts'
import type { AwaitPoint } from '../points/instrument.ts'
import { argumentsOf, kindOf } from './faults.ts'
import type { Outcome } from './run.ts'

/** One outcome, with what was wrong. */
export function told({ job, result }: Outcome): string {
  const fault = job.fault !== undefined
  const what = fault
    ? argumentsOf(job)
    : `--verb ${job.verb}, without a fault${job.traced === true ? ', traced' : ''}`
  const verdict = result.problems.length > 0 ? 'FAILED' : !fault || result.reached ? 'ok' : 'not reached'
  const first = `${verdict.padEnd(11)} ${result.ms.toFixed(0).padStart(5)} ms  ${what}`
  return [first, ...result.problems.map((problem) => `    ${problem}`)].join('\n')
}

/** How many points there are, and how many were passed by runs without a fault. */
export function inventory(points: readonly AwaitPoint[], quiet: readonly Outcome[]): string {
  const passed = quiet.flatMap(({ result }) => result.passed.map(({ id }) => id))
  const awaits = new Set(passed.filter((id) => kindOf(id) === 'await'))
  const rows = [['awaits', String(points.length), String(awaits.size)]]
  const calls = passed.filter((id) => kindOf(id) !== 'await')
  for (const kind of [...new Set(calls.map(kindOf))].sort()) {
    const here = calls.filter((id) => kindOf(id) === kind)
    rows.push([`${kind.replace(':', 's of ')}`, String(new Set(here).size), String(here.length)])
  }
  return table(['points', 'kinds', 'reached'], rows)
}

/** Faults by verb and victim, as happened/tried, the commands that repeat those that failed, and the counts. */
export function summary(outcomes: readonly Outcome[], seed: number): string {
  const faults = outcomes.filter(({ job }) => job.fault !== undefined)
  const cell = (verb: string, victim: string) => {
    const here = faults.filter(({ job }) => job.verb === verb && job.fault?.victim === victim)
    const happened = here.filter(({ result }) => result.reached).length
    return here.length === 0 ? '-' : `${happened}/${here.length}`
  }
  const verbs = [...new Set(faults.map(({ job }) => job.verb))].sort()
  const rows = verbs.map((verb) => [verb, ...victims.map((victim) => cell(verb, victim))])
  const failed = outcomes.filter(({ result }) => result.problems.length > 0)
  const again = failed.flatMap(({ job }) =>
    job.fault === undefined ? [] : [`repeat: node tools/fault/main.ts ${argumentsOf(job)}`],
  )
  const happened = faults.filter(({ result }) => result.reached).length
  const last = `${happened} of ${faults.length} faults happened, ${failed.length} failed, seed ${seed}`
  return ['', table(['happened', ...victims], rows), ...again, last].join('\n')
}
