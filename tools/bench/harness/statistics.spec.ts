import { quantile, shuffle, summarize } from './statistics.ts'

describe('quantile', () => {
  it('interpolates between neighbours', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
    expect(quantile([1, 2, 3, 4, 5], 0.95)).toBeCloseTo(4.8)
    expect(quantile([7], 0.95)).toBe(7)
  })

  it('sorts by number, not by text', () => {
    expect(quantile([10, 9, 100], 0.5)).toBe(10)
  })

  it('has no value without samples', () => {
    expect(quantile([], 0.5)).toBeNaN()
  })
})

it('summarizes without changing its input', () => {
  const samples = [3, 1, 2]
  expect(summarize(samples)).toEqual({ p50: 2, p95: 2.9, n: 3 })
  expect(samples).toEqual([3, 1, 2])
})

describe('shuffle', () => {
  it('keeps every item once', () => {
    expect(shuffle([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4])
  })

  it('follows the random source', () => {
    expect(shuffle([1, 2, 3], () => 0)).toEqual([2, 3, 1])
  })
})
