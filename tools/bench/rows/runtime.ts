import { Runtime } from '@cofferdam/runtime'
import { bundle } from '../bundle/bundle.ts'
import { removeCgroups } from '../harness/cgroup.ts'
import { inProcess, type Pace, type RowSource } from '../harness/row.ts'
import type { Workshop } from '../harness/workshop.ts'

/** Runs one container of the suite's bundle to its end, state removed. */
export type RunOnce = () => Promise<void>

/** Where the cgroups of our runtime's containers are made: apart from those of anything else on the machine. */
export const cgroupParent = `/cofferdam-bench-${process.pid}`

/** Our runtime, ready to run the committed configuration, with its control groups or without. */
export async function runtime(workshop: Workshop, cgroups: boolean): Promise<RunOnce> {
  const { whole, noCgroup } = await bundle(workshop)
  const root = await workshop.state('runtime')
  const runtime = new Runtime({ root, cgroupParent, cgroups: cgroups ? 'cgroupfs' : 'disabled' })
  workshop.defer(() => removeCgroups(cgroupParent))
  return async () => {
    const container = await runtime.run(undefined, { bundle: cgroups ? whole : noCgroup })
    const { exitCode, signal } = await container.exited
    await container.delete()
    if (exitCode !== 0) throw new Error(`container ${container.id} ended with ${signal ?? exitCode}`)
  }
}

function row(name: string, pace: Pace, cgroups: boolean): RowSource {
  return { name, open: async (workshop) => inProcess(name, pace, await runtime(workshop, cgroups)) }
}

/** `run` of the package runtime, in this process, of the same bundle as the peers. */
export const runtimeRows: RowSource[] = [
  row('runtime-run', 'warm', false),
  row('runtime-run-cgroups-warm', 'warm', true),
  row('runtime-run-cgroups-cold', 'cold', true),
]
