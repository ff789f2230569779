import { argumentsOf, order, parsePoint } from './faults.ts'
import { random } from './random.ts'

const job = (verb: string, hit: number) => ({
  verb,
  fault: { id: `${verb}.ts:1:2:after`, hit, victim: 'node' as const },
})
const strata = new Map([
  ['stop node await', [job('stop', 1)]],
  ['start node await', [1, 2, 3, 4].map((hit) => job('start', hit))],
])

it('the order of faults follows from the seed, and alternates', () => {
  const one = order(strata, random(3)).map(argumentsOf)
  expect(order(strata, random(3)).map(argumentsOf)).toEqual(one)
  expect(new Set(one).size).toBe(5)
  expect(one.slice(0, 2).some((text) => text.includes('stop'))).toBe(true)
  const seeds = new Set([1, 2, 3, 4, 5].map((seed) => order(strata, random(seed)).map(argumentsOf).join()))
  expect(seeds.size).toBeGreaterThan(1)
})

it('what repeats a fault is read back', () => {
  const { fault } = job('start', 7)
  expect(argumentsOf({ verb: 'start', fault, atOnce: true })).toBe(
    '--verb start --victim node --point start.ts:1:2:after#7 --at-once',
  )
  expect(parsePoint('start.ts:1:2:after#7', 'node')).toEqual(fault)
  expect(() => parsePoint('start.ts:1:2:after#7', 'nobody')).toThrow('no point or victim')
})
