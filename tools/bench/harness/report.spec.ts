import type { Machine } from './machine.ts'
import { judge, resultsOf, table, verdicts, type Report, type Result } from './report.ts'

const machine: Machine = {
  kernel: '6.1.0',
  cpu: 'a processor',
  cores: 2,
  memory: 1024,
  node: 'v24.0.0',
  cgroups: 'v2',
  peers: { crun: '1.8.1' },
}
const rows: Result[] = [
  { name: 'ours', unit: 'ms', p50: 3, p95: 9, n: 30 },
  { name: 'theirs', unit: 'ms', p50: 2, p95: 300.25, n: 30 },
]

it('reports suite, machine and results, in this shape', () => {
  const samples = new Map([['a', [1, 2, 3]]])
  const results = resultsOf({ samples, units: new Map([['a', 'ms']]), skipped: new Map() })
  const report: Report = { suite: 'spawn', machine, results }
  expect(JSON.parse(JSON.stringify(report))).toEqual({
    suite: 'spawn',
    machine,
    results: [{ name: 'a', unit: 'ms', p50: 2, p95: 2.9, n: 3 }],
  })
})

it('aligns the table', () => {
  expect(table(rows)).toEqual([
    'row       p50    p95   n  unit',
    'ours    3.000  9.000  30  ms',
    'theirs  2.000  300.3  30  ms',
  ])
})

describe('bars', () => {
  it('compares medians, the bound included', () => {
    expect(judge({ ours: 'ours', peer: 'theirs', max: 1.5 }, rows)).toEqual({ ratio: 1.5, pass: true })
    expect(judge({ ours: 'ours', peer: 'theirs', max: 1.4 }, rows)).toEqual({ ratio: 1.5, pass: false })
  })

  it('compares the 95th percentile where the bar says so', () => {
    expect(judge({ ours: 'ours', peer: 'theirs', max: 1, of: 'p95' }, rows)?.pass).toBe(true)
  })

  it('prints a line for each, and says which could not be judged', () => {
    const bars = [
      { ours: 'ours', peer: 'theirs', max: 1 },
      { ours: 'ours', peer: 'absent', max: 2 },
    ]
    expect(verdicts(bars, rows)).toEqual([
      'FAIL  ours / theirs = 1.500 (at most 1)',
      'SKIP  ours / absent (at most 2)',
    ])
  })
})
