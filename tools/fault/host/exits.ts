import { type DetachedExit, exitRecord } from '@cofferdam/supervisor'
import { isErrno } from '@cofferdam/core'
import type { Row, State } from './state.ts'

/** What the monitor of a container wrote down before the engine was opened again; by id. */
export type Records = ReadonlyMap<string, DetachedExit | 'lives' | undefined>

/** Reads the record of each container of a state. */
export function readRecords(root: string, state: State): Records {
  return new Map(
    state.rows.map(({ id }) => {
      try {
        return [id, exitRecord(`${root}/store/containers/${id}/monitor`) ?? 'lives']
      } catch (error) {
        if (isErrno(error, 'ERR_MONITOR_NOT_FOUND')) return [id, undefined]
        throw error
      }
    }),
  )
}

/**
 * Exits that the state has lost or made up: rows before and after the engine was opened, and the monitors' records. Only
 * where the starter was killed may an end be without status and reason.
 */
export function wrongExits(before: State, records: Records, after: State, starterKilled: boolean): string[] {
  const unseen = after.rows.filter(
    ({ status, exit_code, signal, reason }) =>
      status === 'exited' && exit_code === null && signal === null && reason === null,
  )
  return [
    ...(starterKilled ? [] : unseen.map(({ name }) => `exit of ${name}: nobody has seen it`)),
    ...lostExits(before, records, after),
  ]
}

function lostExits(before: State, records: Records, after: State): string[] {
  const told = ({ status, exit_code, signal, reason }: Row) => `${status} ${exit_code} ${signal} ${reason}`
  return before.rows.flatMap((row) => {
    const now = after.rows.find(({ id }) => id === row.id)
    const record = records.get(row.id)
    const wrong = (expected: string) => [
      `exit of ${row.name}: was ${told(row)}, is ${now === undefined ? 'gone' : told(now)}, expected ${expected}`,
    ]
    // One that never ran is given up as a whole, one made to be removed goes, one that was to run again stays.
    if (row.status === 'created') {
      const stays = row.started !== null && row.auto_remove === 0
      const given = now === undefined ? !stays : now.status === 'exited'
      return given ? [] : wrong(stays ? 'to have ended' : 'to be gone or ended')
    }
    if (now === undefined) return row.auto_remove === 1 ? [] : wrong('to be there')
    if (row.status === 'exited') return told(now) === told(row) ? [] : wrong('as it was')
    if (record === 'lives') return now.status === 'created' ? wrong('to run or to have ended') : []
    if (record === undefined) return now.status === 'exited' ? [] : wrong('to have ended')
    const { exitCode, signal, reason = null } = record
    const expected = `exited ${exitCode} ${signal} ${reason}`
    return told(now) === expected ? [] : wrong(expected)
  })
}
