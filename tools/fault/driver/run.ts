import type { HostJob, HostResult } from '../host/protocol.ts'
import type { Host } from './host.ts'

/** A fault and what came of it. */
export interface Outcome {
  readonly job: HostJob
  readonly result: HostResult
}

/** Lets faults happen on several hosts at a time; one on which something was wrong is replaced. */
export async function runAll(
  jobs: readonly HostJob[],
  start: () => Promise<Host>,
  parallel: number,
  onOutcome: (outcome: Outcome) => void = () => undefined,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const queue = [...jobs]
  const work = async (): Promise<void> => {
    let host: Host | undefined
    try {
      for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
        host ??= await start()
        const outcome = { job, result: await attempt(host, job) }
        outcomes.push(outcome)
        onOutcome(outcome)
        if (outcome.result.problems.length === 0) continue
        await host[Symbol.asyncDispose]()
        host = undefined
      }
    } finally {
      await host?.[Symbol.asyncDispose]()
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, jobs.length) }, work))
  return outcomes
}

async function attempt(host: Host, job: HostJob): Promise<HostResult> {
  try {
    return await host.inject(job)
  } catch (error) {
    return { reached: false, problems: [`the host: ${String(error)}`], ms: 0 }
  }
}
