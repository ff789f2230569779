import type { Measured } from './runner.ts'
import type { Machine } from './machine.ts'
import { summarize, type Summary } from './statistics.ts'

/** One row of the JSON file. */
export interface Result extends Summary {
  name: string
  unit: string
  /** Where the suite promises something about the tail. */
  p99?: number
  max?: number
}

/** The JSON file that `--json` writes. */
export interface Report {
  suite: string
  machine: Machine
  results: Result[]
}

/** A promise about two rows of one run: the median of `ours` is at most `max` times that of `peer`. */
export interface Bar {
  ours: string
  peer: string
  max: number
  /** Which figure is compared; the median by default. */
  of?: 'p50' | 'p95' | 'p99' | 'max'
}

/** The results of what was measured, rows in the order in which the suite lists them. */
export function resultsOf(measured: Measured): Result[] {
  return [...measured.samples].map(([name, samples]) => ({
    name,
    unit: measured.units.get(name) ?? 'ms',
    ...summarize(samples),
  }))
}

const cell = (value: number): string => value.toFixed(value >= 100 ? 1 : 3)

/** The results as lines of a table for the terminal. */
export function table(results: readonly Result[]): string[] {
  const head = ['row', 'p50', 'p95', 'n', 'unit']
  const body = results.map((row) => [row.name, cell(row.p50), cell(row.p95), String(row.n), row.unit])
  const widths = head.map((title, column) =>
    Math.max(title.length, ...body.map((cells) => cells[column]?.length ?? 0)),
  )
  const line = (cells: string[]): string =>
    cells
      .map((text, column) =>
        column === 0 || column === 4 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [head, ...body].map(line)
}

/** Whether a bar holds: undefined where one of its rows was not measured. */
export function judge(bar: Bar, results: readonly Result[]): { ratio: number; pass: boolean } | undefined {
  const of = bar.of ?? 'p50'
  const ours = results.find((row) => row.name === bar.ours)?.[of]
  const peer = results.find((row) => row.name === bar.peer)?.[of]
  if (ours === undefined || peer === undefined) return undefined
  const ratio = ours / peer
  return { ratio, pass: ratio <= bar.max }
}

/** One line per bar: PASS, FAIL or SKIP, the ratio, and what it may be. */
export function verdicts(bars: readonly Bar[], results: readonly Result[]): string[] {
  return bars.map((bar) => {
    const name = `${bar.ours} / ${bar.peer}${bar.of === undefined ? '' : ` (${bar.of})`}`
    const verdict = judge(bar, results)
    if (verdict === undefined) return `SKIP  ${name} (at most ${bar.max})`
    return `${verdict.pass ? 'PASS' : 'FAIL'}  ${name} = ${verdict.ratio.toFixed(3)} (at most ${bar.max})`
  })
}
