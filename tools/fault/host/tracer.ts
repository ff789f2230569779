import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Fault, Passing } from '../child/probe.ts'
import { findRoles, type Victim } from '../child/processes.ts'

/** Beginning of the ids of points that are system calls: `call:ROLE:CALL:before` or `:after`. */
const CALL = 'call:'

/** True for a fault at a system call. */
export const isCall = (fault: Fault | undefined) => fault?.id.startsWith(CALL) === true

/** What a tracer saw of a verb. */
export interface Traced {
  readonly passed: readonly Passing[]
  readonly reached: boolean
}

const letters: Readonly<Record<string, Victim>> = { n: 'node', s: 'spawner', m: 'monitor', i: 'init' }

/**
 * Attaches to a Node and what it has started, counts the system calls that change state, or kills at one; resolves when
 * that has begun. `seen` resolves when the verb is over or Node has ended.
 */
export async function trace(
  node: number,
  fault: Fault | undefined,
): Promise<{ readonly seen: Promise<Traced> }> {
  const [, role = '', call = '', side = ''] = fault?.id.split(':') ?? []
  const wanted = fault === undefined ? [] : [role, call, String(fault.hit), side, fault.victim]
  const targets = [...findRoles(node)].map(([name, pid]) => `${pid}:${name}`)
  const program = process.env['COFFERDAM_FAULT_TRACER'] ?? ''
  const tracer = spawn(program, [...wanted, '--', ...targets], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const ended = once(tracer, 'close')
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: tracer.stdout }).on('line', (line) => {
      if (line === 'attached') resolve()
      else lines.push(line)
    })
    ended.then(() => reject(new Error('the tracer has ended')), reject)
  })
  return {
    seen: ended.then(() => ({
      passed: fault === undefined ? lines.map(passing) : [],
      reached: lines.some((line) => line.startsWith('reached ')),
    })),
  }
}

function passing(line: string): Passing {
  const [role = '', call = '', number = '', side = '', present = ''] = line.split(' ')
  return {
    id: `${CALL}${role}:${call}:${side}`,
    hit: Number(number),
    victims: [...present].flatMap((letter) => letters[letter] ?? []),
  }
}
