import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { limitContainer } from '../bundle/bundle.ts'
import { verdicts, type Bar, type Result } from '../harness/report.ts'
import { Skip } from '../harness/row.ts'
import { Server } from '../harness/server.ts'
import type { Workshop } from '../harness/workshop.ts'
import { runtime } from '../rows/runtime.ts'
import type { Outcome, Suite } from './suite.ts'

/** Containers that are started at a time. */
const BURST = 200

/** Samples of the event loop's delay, one each millisecond, that each side must have. */
const SAMPLES = 2000

/** Time in which the monitor sees a delay that the end of a burst caused. */
const SETTLE_MS = 5

const ours = 'loop-delay-runtime'
const limit = 'loop-delay-limit-c-container'

/** What each side causes: the delay of this process' event loop while `burst` runs. */
interface Side {
  name: string
  histogram: ReturnType<typeof monitorEventLoopDelay>
  burst(): Promise<unknown>
}

const bars: Bar[] = (['p99', 'max'] as const).map((of) => ({ ours, peer: limit, max: 1.5, of }))

function result({ name, histogram }: Side): Result {
  const [p50 = NaN, p95 = NaN, p99 = NaN] = [50, 95, 99].map(
    (percentile) => histogram.percentile(percentile) / 1e6,
  )
  return { name, unit: 'ms', p50, p95, n: histogram.count, p99, max: histogram.max / 1e6 }
}

/**
 * Bursts of one side until its monitor has its samples. The monitor runs all the time: one that is enabled again
 * counts the time it was disabled as one delay.
 */
async function observe(
  { histogram, burst }: Side,
  progress?: (done: number, of: number) => void,
): Promise<void> {
  await burst()
  histogram.enable()
  while (histogram.count < SAMPLES) {
    await burst()
    progress?.(Math.min(SAMPLES, histogram.count), SAMPLES)
  }
  await sleep(SETTLE_MS)
  histogram.disable()
}

async function run(workshop: Workshop, progress?: (done: number, of: number) => void): Promise<Outcome> {
  const server = new Server(await limitContainer(workshop))
  const skipped = new Map<string, string>()
  const side = (name: string, burst: () => Promise<unknown>): Side => ({
    name,
    histogram: monitorEventLoopDelay({ resolution: 1 }),
    burst,
  })
  try {
    const sides = [side(limit, () => server.time(`burst ${BURST}`))]
    try {
      const start = await runtime(workshop, false)
      sides.unshift(side(ours, () => Promise.all(Array.from({ length: BURST }, () => start()))))
    } catch (error) {
      if (!(error instanceof Skip)) throw error
      skipped.set(ours, error.message)
    }
    for (const side of sides) await observe(side, progress)
    const results = sides.map(result)
    const tails = results.map(
      ({ name, p99, max }) => `${name}: p99 ${p99?.toFixed(2)} ms, max ${max?.toFixed(2)} ms`,
    )
    return { results, skipped, verdicts: [...tails, ...verdicts(bars, results)] }
  } finally {
    await server.close()
  }
}

/** What starting containers does to the event loop, against what the same burst in another process does to it. */
export const eventloop: Suite = {
  name: 'eventloop',
  rows: [ours, limit],
  run: (workshop, { progress }) => run(workshop, progress),
}
