import { CofferdamError } from '@cofferdam/core'
import { ago, span } from './ago.js'
import { describeError, errorJson, runStatus } from './errors.js'
import { table } from './table.js'

it('tables have aligned columns and no borders', () => {
  expect(
    table(
      ['NAME', 'SIZE'],
      [
        ['alpine', '3 MiB'],
        ['a', ''],
      ],
    ),
  ).toBe('NAME    SIZE\nalpine  3 MiB\na')
})

it('spans are in the largest whole unit', () => {
  expect([0, 1500, 61_000, 7_300_000, 86_400_000 * 400].map(span)).toEqual([
    '0 seconds',
    '1 second',
    '1 minute',
    '2 hours',
    '1 year',
  ])
  expect(ago(new Date(0), 120_000)).toBe('2 minutes ago')
})

describe('errors', () => {
  const cause = new CofferdamError('ERR_INNER', 'connect: refused', { errno: 'ECONNREFUSED' })
  const error = new CofferdamError('ERR_OUTER', 'pull x: no answer', { path: 'x', hint: 'start it', cause })

  it('are told with what caused them and a hint', () => {
    expect(describeError(error)).toBe(
      'cofferdam: pull x: no answer\n  because: connect: refused\n  hint: start it',
    )
    expect(describeError(new CofferdamError('E', 'outer: connect: refused', { cause }))).not.toContain(
      'because',
    )
  })

  it('are one JSON object', () => {
    expect(JSON.parse(errorJson(error))).toEqual({
      error: { code: 'ERR_OUTER', message: 'pull x: no answer', path: 'x', hint: 'start it' },
    })
    expect(JSON.parse(errorJson(new Error('x')))).toEqual({ error: { code: 'ERR_UNKNOWN', message: 'x' } })
  })

  it('of programs have the shell’s exit status', () => {
    const status = (code: string) => runStatus(new CofferdamError(code, ''))
    expect(['ERR_PROGRAM_NOT_FOUND', 'ERR_EXEC', 'ERR_OTHER'].map(status)).toEqual([127, 126, 125])
  })
})
