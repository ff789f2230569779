import type { Workshop } from './workshop.ts'

/**
 * How a row is visited in each round. `warm`: a run that is not counted, then the counted ones back to back;
 * `cold`: each counted run after 50 ms in which this program starts nothing.
 */
export type Pace = 'warm' | 'cold'

/** One thing that is measured. */
export interface Row {
  name: string
  unit: 'ms'
  pace: Pace
  /** Counted runs each time its turn comes; 3 by default. */
  batch?: number
  /** Runs before the first round that are not counted; 1 by default. */
  warmUp?: number
  /** Runs it once, from the call until its state is removed again; resolves to the time it took, in `unit`. */
  once(): Promise<number>
  /** Ends what `open` started. */
  close?(): Promise<void>
}

/** A row that exists only once something asks for it: what it needs is looked for in `open`. */
export interface RowSource {
  name: string
  /** Makes the row ready. Throws {@link Skip} where this machine, or this build, cannot run it. */
  open(workshop: Workshop): Promise<Row>
}

/** Why a row cannot be measured here; the message is printed beside the row's name. */
export class Skip extends Error {
  override name = 'Skip'
}

/** The time that `act` takes, in milliseconds. */
export async function milliseconds(act: () => Promise<unknown>): Promise<number> {
  const begin = process.hrtime.bigint()
  await act()
  return Number(process.hrtime.bigint() - begin) / 1e6
}

/** Runs after which V8 has compiled what a run of ours executes: what a program that starts containers soon reaches. */
const COMPILED = 200

/** A row of code in this process. `act` is the whole run, clean-up included. */
export function inProcess(name: string, pace: Pace, act: () => Promise<unknown>): Row {
  return { name, unit: 'ms', pace, warmUp: COMPILED, once: () => milliseconds(act) }
}
