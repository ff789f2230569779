import { seconds, table } from '../table.ts'
import type { Totals } from '../totals.ts'
import type { Result } from './cell.ts'

/** What became of one package. */
export interface Row {
  readonly name: string
  /** By npm, then by runtime (`''`: the installation itself): the checks made. */
  readonly cells: Map<string, Map<string, Result[]>>
  ms: number
}

const state = (results: readonly Result[] | undefined) => {
  if (results === undefined) return '-'
  const failed = results.filter(({ failure }) => failure !== undefined).map(({ check }) => check)
  if (failed.length > 0) return `no ${failed.join('+')}`
  return results.every(({ skipped }) => skipped !== undefined) ? 'skipped' : 'ok'
}

/**
 * The first failure of each check of a package, each reason of a skip, then a table: a row for each package, a column
 * for each npm and runtime.
 */
export function report(rows: readonly Row[], npms: readonly string[], runtimes: readonly string[]): string {
  const reasons = new Map<string, number>()
  const failures = new Map<string, string>()
  for (const { name, cells } of rows)
    for (const [npm, byNode] of cells)
      for (const [runtime, results] of byNode)
        for (const { check, failure, skipped } of results) {
          const place = `${npm}${runtime && `, ${runtime}`}`
          if (failure !== undefined && !failures.has(`${name}: ${check}`))
            failures.set(`${name}: ${check}`, `first with ${place}: ${failure}`)
          if (skipped !== undefined) reasons.set(skipped, (reasons.get(skipped) ?? 0) + 1)
        }
  const first = [...failures].map(([what, text]) => `${what} failed, ${text}`)
  const skips = [...reasons].map(([reason, count]) => `skipped ${count}: ${reason}`)
  const columns = npms
    .flatMap((npm) => ['', ...runtimes].map((runtime) => ({ npm, runtime })))
    .filter(({ npm, runtime }) => rows.some(({ cells }) => cells.get(npm)?.has(runtime)))
  const header = ['package', ...columns.map(({ npm, runtime }) => runtime || npm), 'time']
  const lines = rows.map(({ name, cells, ms }) => [
    name,
    ...columns.map(({ npm, runtime }) => state(cells.get(npm)?.get(runtime))),
    seconds(ms),
  ])
  return [...first, ...skips, table(header, lines)].join('\n')
}

/** How many checks passed, failed and were skipped. */
export function totals(rows: readonly Row[]): Totals {
  const all = rows.flatMap(({ cells }) =>
    [...cells.values()].flatMap((byNode) => [...byNode.values()].flat()),
  )
  const failed = all.filter(({ failure }) => failure !== undefined).length
  const skipped = all.filter((one) => one.skipped !== undefined).length
  return { passed: all.length - failed - skipped, failed, skipped }
}
