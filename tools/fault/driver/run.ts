import type { HostJob, HostResult } from '../host/protocol.ts'
import type { Host } from './host.ts'

/** A fault and what came of it. */
export interface Outcome {
  readonly job: HostJob
  readonly result: HostResult
}

/**
 * Lets faults happen on several hosts at a time, until so many have happened as are wanted; a host on which something was
 * wrong is replaced.
 */
export async function runAll(
  jobs: readonly HostJob[],
  start: () => Promise<Host>,
  options: {
    readonly parallel: number
    readonly wanted?: number
    readonly onOutcome: (outcome: Outcome) => void
  },
): Promise<Outcome[]> {
  const { parallel, wanted = Infinity, onOutcome } = options
  const outcomes: Outcome[] = []
  let under = 0
  const enough = () => outcomes.filter(({ result }) => result.reached).length + under >= wanted
  const queue = [...jobs]
  const work = async (): Promise<void> => {
    let host: Host | undefined
    try {
      for (let job = enough() ? undefined : queue.shift(); job !== undefined;) {
        under += 1
        let result: HostResult
        try {
          host ??= await start()
          result = await host.inject(job)
        } catch (error) {
          result = { passed: [], reached: false, problems: [`the host: ${String(error)}`], ms: 0 }
        }
        under -= 1
        outcomes.push({ job, result })
        onOutcome({ job, result })
        if (result.problems.length > 0) {
          await host?.[Symbol.asyncDispose]()
          host = undefined
        }
        job = enough() ? undefined : queue.shift()
      }
    } finally {
      await host?.[Symbol.asyncDispose]()
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, jobs.length) }, work))
  return outcomes
}
