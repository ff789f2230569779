import { measure } from './runner.ts'
import { Skip, type Row, type RowSource } from './row.ts'
import type { Workshop } from './workshop.ts'

const workshop = {} as Workshop

/** A row that notes its name in `log` for each run and takes as long as it has run often. */
function counting(name: string, log: string[], more: Partial<Row> = {}): RowSource {
  let runs = 0
  const once = async (): Promise<number> => {
    log.push(name)
    return ++runs
  }
  return { name, open: async () => ({ name, unit: 'ms', pace: 'warm', once, ...more }) }
}

it('visits the rows of each round in random order, and does not count the first run of a visit', async () => {
  const log: string[] = []
  const { samples } = await measure([counting('a', log), counting('b', log)], workshop, {
    rounds: 2,
    random: () => 0,
  })
  expect(log.join('')).toBe(`ab${'bbbbaaaa'.repeat(2)}`)
  expect(samples.get('a')).toEqual([3, 4, 5, 7, 8, 9])
})

it('counts every run of a cold row, as many as its batch', async () => {
  const log: string[] = []
  const row = counting('cold', log, { pace: 'cold', batch: 1 })
  const { samples } = await measure([row], workshop, { rounds: 2 })
  expect(samples.get('cold')).toEqual([2, 3])
})

it('notes why a row is skipped and measures the others', async () => {
  const absent: RowSource = {
    name: 'absent',
    open: async () => {
      throw new Skip('podman is not installed')
    },
  }
  const { samples, skipped } = await measure([absent, counting('a', [])], workshop, { rounds: 1 })
  expect([...samples.keys()]).toEqual(['a'])
  expect(skipped).toEqual(new Map([['absent', 'podman is not installed']]))
})

it('closes what it opened when a row fails, and names that row', async () => {
  const closed: string[] = []
  const close = async (): Promise<void> => void closed.push('a')
  const broken: RowSource = {
    name: 'broken',
    open: async () => {
      throw new Error('no such program')
    },
  }
  await expect(measure([counting('a', [], { close }), broken], workshop, { rounds: 1 })).rejects.toThrow(
    'broken failed',
  )
  expect(closed).toEqual(['a'])
})
