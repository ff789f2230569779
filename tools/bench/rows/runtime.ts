import { bundle } from '../bundle/bundle.ts'
import { inProcess, Skip, type Pace, type RowSource } from '../harness/row.ts'
import type { Workshop } from '../harness/workshop.ts'

/** Runs one container of the suite's bundle to its end, state removed. */
export type RunOnce = (id?: string) => Promise<void>

/** Our runtime, ready to run the committed configuration, with its control groups or without. */
export async function runtime(workshop: Workshop, _cgroups: boolean): Promise<RunOnce> {
  await bundle(workshop)
  throw new Skip('@cofferdam/runtime cannot run a bundle yet')
}

function row(name: string, pace: Pace, cgroups: boolean): RowSource {
  return {
    name,
    open: async (workshop) => {
      const run = await runtime(workshop, cgroups)
      return inProcess(name, pace, () => run())
    },
  }
}

/** `run` of the package runtime, in this process, of the same bundle as the peers. */
export const runtimeRows: RowSource[] = [
  row('runtime-run', 'warm', false),
  row('runtime-run-cgroups-warm', 'warm', true),
  row('runtime-run-cgroups-cold', 'cold', true),
]
