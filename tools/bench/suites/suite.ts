import type { Bar } from '../harness/report.ts'
import type { RowSource } from '../harness/row.ts'

/** A set of rows that are measured within one run, and what they promise. */
export interface Suite {
  name: string
  rows: RowSource[]
  bars: Bar[]
}
