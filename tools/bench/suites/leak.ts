import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Result } from '../harness/report.ts'
import { Skip } from '../harness/row.ts'
import { added, residue, type Residue } from '../harness/residue.ts'
import type { Workshop } from '../harness/workshop.ts'
import { engineRuns } from '../rows/engine.ts'
import { cgroupParent, runtime, type RunOnce } from '../rows/runtime.ts'
import type { Outcome, Suite } from './suite.ts'

const WARM_UP = 200
const SEQUENTIAL = 1000
const CONCURRENT = 200

/** Time that pid 1 has to reap what was reparented to it. */
const GRACE_MS = 2000

/** Growth of resident memory that is allowed, in bytes. */
const MAX_RSS = { rss: 20 << 20, childRss: 1 << 20 }

const lists = [
  'descriptors',
  'childDescriptors',
  'mounts',
  'cgroups',
  'links',
  'children',
  'zombies',
] as const

/** A forced collection that also gives back the pages which V8 keeps for later. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as (options: object) => void
  gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

/** What is left over, as results (how many, how much) and as verdicts that name the first of each kind. */
export function compare(before: Residue, after: Residue): Pick<Outcome, 'results' | 'verdicts'> {
  const results: Result[] = []
  const verdicts: string[] = []
  const note = (name: string, unit: string, value: number, pass: boolean, detail: string): void => {
    results.push({ name: `leak-${name}`, unit, p50: value, p95: value, n: 1 })
    verdicts.push(`${pass ? 'PASS' : 'FAIL'}  ${name}: ${detail}`)
  }
  for (const list of lists) {
    const left = added(before[list], after[list])
    const named = left.length === 0 ? 'none left' : `${left.length} left: ${left.slice(0, 5).join(', ')}`
    note(list, 'count', left.length, left.length === 0, named)
  }
  for (const [name, max] of Object.entries(MAX_RSS) as [keyof typeof MAX_RSS, number][]) {
    const grown = after[name] - before[name]
    const mebibytes = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(2)} MiB`
    note(name, 'bytes', grown, grown < max, `grew ${mebibytes(grown)} (less than ${mebibytes(max)})`)
  }
  return { results, verdicts }
}

async function repeat(run: RunOnce, progress?: (done: number, of: number) => void): Promise<void> {
  for (let i = 0; i < SEQUENTIAL; i++) {
    await run()
    progress?.(i + 1, SEQUENTIAL)
  }
  await Promise.all(Array.from({ length: CONCURRENT }, () => run()))
}

/** Runs containers through `once` and compares what there is before and after. */
async function measure(
  once: RunOnce,
  cgroups: string,
  progress?: (done: number, of: number) => void,
): Promise<Pick<Outcome, 'results' | 'verdicts'>> {
  for (let i = 0; i < WARM_UP; i++) await once()
  await sleep(GRACE_MS)
  collectGarbage()
  const before = await residue(cgroups)
  await repeat(once, progress)
  collectGarbage()
  await sleep(GRACE_MS)
  collectGarbage()
  return compare(before, await residue(cgroups))
}

async function run(workshop: Workshop, progress?: (done: number, of: number) => void): Promise<Outcome> {
  const skipped = new Map<string, string>()
  const outcome: Outcome = { results: [], verdicts: [], skipped }
  const parts: [name: string, open: () => Promise<RunOnce>, cgroups: string][] = [
    ['runtime', () => runtime(workshop, true), cgroupParent],
    ['engine', () => engineRuns(workshop), '/cofferdam'],
  ]
  for (const [name, open, cgroups] of parts) {
    try {
      const { results, verdicts } = await measure(await open(), cgroups, progress)
      outcome.results.push(...results.map((result) => ({ ...result, name: `${name}-${result.name}` })))
      outcome.verdicts.push(...verdicts.map((verdict) => verdict.replace('  ', `  ${name}: `)))
    } catch (error) {
      if (!(error instanceof Skip)) throw error
      skipped.set(`leak-${name}`, error.message)
    }
  }
  return outcome
}

/** What {@link SEQUENTIAL} runs one after another and {@link CONCURRENT} at a time leave behind. */
export const leak: Suite = {
  name: 'leak',
  rows: [],
  run: (workshop, { progress }) => run(workshop, progress),
}
