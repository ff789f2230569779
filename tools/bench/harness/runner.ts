import { setTimeout as sleep } from 'node:timers/promises'
import type { Row, RowSource } from './row.ts'
import { Skip } from './row.ts'
import { shuffle } from './statistics.ts'
import type { Workshop } from './workshop.ts'

/** Idle time before each run of a `cold` row: well past the 20 ms after which the kernel's RCU is idle again. */
export const COLD_MS = 50

/** Counted runs of a row each time its turn comes. */
export const BATCH = 3

/** What one run of a suite gave: the samples of each row, and why the others have none. */
export interface Measured {
  samples: Map<string, number[]>
  units: Map<string, string>
  skipped: Map<string, string>
}

async function visit(row: Row): Promise<number[]> {
  const samples: number[] = []
  if (row.pace === 'warm') await row.once()
  for (let i = 0; i < (row.batch ?? BATCH); i++) {
    if (row.pace === 'cold') await sleep(COLD_MS)
    samples.push(await row.once())
  }
  return samples
}

/**
 * Measures every row `rounds` times, all within one run and in a new random order each round, so that what
 * changes with time (temperature, other programs, caches) falls on all rows alike.
 */
export async function measure(
  sources: readonly RowSource[],
  workshop: Workshop,
  options: { rounds: number; random?: () => number; progress?: (done: number, of: number) => void },
): Promise<Measured> {
  const skipped = new Map<string, string>()
  const rows: Row[] = []
  try {
    for (const source of sources)
      try {
        const row = await source.open(workshop)
        rows.push(row)
        for (let i = 0; i < (row.warmUp ?? 1); i++) await row.once()
      } catch (error) {
        if (!(error instanceof Skip)) throw new Error(`${source.name} failed`, { cause: error })
        skipped.set(source.name, error.message)
      }
    const samples = new Map(rows.map((row) => [row.name, [] as number[]]))
    for (let round = 0; round < options.rounds; round++) {
      for (const row of shuffle(rows, options.random)) samples.get(row.name)?.push(...(await visit(row)))
      options.progress?.(round + 1, options.rounds)
    }
    return { samples, units: new Map(rows.map((row) => [row.name, row.unit])), skipped }
  } finally {
    for (const row of rows) await row.close?.()
  }
}
