import { PROBE } from '../points/name.ts'
import { findVictims, type Victim } from './processes.ts'

/** One passing of a point: the `hit`th of its id since the verb began, with what could have been killed there. */
export interface Passing {
  readonly id: string
  readonly hit: number
  readonly victims: readonly Victim[]
}

/** Who is killed where. */
export interface Fault {
  readonly id: string
  readonly hit: number
  readonly victim: Victim
}

let armed = false
let record: Passing[] | undefined
let fault: Fault | undefined
let reached = false
const last: string[] = []
const hits = new Map<string, number>()

/** Counts points from now on: each is noted, or the one of `wanted` is made the last of its victim. */
export function arm(wanted: Fault | undefined): void {
  armed = true
  fault = wanted
  record = wanted === undefined ? [] : undefined
}

/** Counts no more; what was passed. */
export function disarm(): { readonly passed: readonly Passing[]; readonly reached: boolean } {
  armed = false
  return { passed: record ?? [], reached }
}

/** The points passed most recently, armed or not. */
export function lastPassed(): readonly string[] {
  return last
}

function pass(id: string): void {
  if (last.push(id) > 12) last.shift()
  if (!armed) return
  const hit = (hits.get(id) ?? 0) + 1
  hits.set(id, hit)
  record?.push({ id, hit, victims: [...findVictims(process.pid).keys()] })
  if (fault?.id !== id || fault.hit !== hit) return
  const pid = findVictims(process.pid).get(fault.victim)
  if (pid === undefined) return
  reached = true
  process.kill(pid, 'SIGKILL')
}

Object.assign(globalThis, {
  [PROBE]: {
    before: pass,
    after<T>(id: string, value: T): T {
      pass(id)
      return value
    },
  },
})
