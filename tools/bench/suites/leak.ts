import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Result } from '../harness/report.ts'
import { Skip } from '../harness/row.ts'
import { added, residue, type Residue } from '../harness/residue.ts'
import type { Workshop } from '../harness/workshop.ts'
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

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  gc()
  gc()
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

async function run(workshop: Workshop, progress?: (done: number, of: number) => void): Promise<Outcome> {
  try {
    const once = await runtime(workshop, true)
    for (let i = 0; i < WARM_UP; i++) await once()
    await sleep(GRACE_MS)
    collectGarbage()
    const before = await residue(cgroupParent)
    await repeat(once, progress)
    collectGarbage()
    await sleep(GRACE_MS)
    collectGarbage()
    return { ...compare(before, await residue(cgroupParent)), skipped: new Map() }
  } catch (error) {
    if (!(error instanceof Skip)) throw error
    return { results: [], verdicts: [], skipped: new Map([['leak', error.message]]) }
  }
}

/** What {@link SEQUENTIAL} runs one after another and {@link CONCURRENT} at a time leave behind. */
export const leak: Suite = {
  name: 'leak',
  rows: [],
  run: (workshop, { progress }) => run(workshop, progress),
}
