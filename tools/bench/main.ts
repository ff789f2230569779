import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { machine } from './harness/machine.ts'
import { report, table, verdicts } from './harness/report.ts'
import { measure } from './harness/runner.ts'
import { Workshop } from './harness/workshop.ts'
import { spawn } from './suites/spawn.ts'
import { start } from './suites/start.ts'
import type { Suite } from './suites/suite.ts'

const suites: Suite[] = [spawn, start]
const usage = `usage: npm run bench -- ${suites.map(({ name }) => name).join('|')} [--json FILE] [--rounds N] [--only ROW]...`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '30' },
    only: { type: 'string', multiple: true },
  },
})
const [name, ...only] = positionals
const suite = suites.find((one) => one.name === name)
const rounds = Number(values.rounds)
if (suite === undefined || !Number.isInteger(rounds) || rounds < 1) {
  console.error(usage)
  process.exit(2)
}

const chosen = [...(values.only ?? []), ...only]
const unknown = chosen.filter((row) => !suite.rows.some((source) => source.name === row))
if (unknown.length > 0) {
  console.error(`${suite.name} has no row ${unknown.join(', ')}; it has:`)
  for (const row of suite.rows) console.error(`  ${row.name}`)
  process.exit(2)
}

const rows = suite.rows.filter((row) => chosen.length === 0 || chosen.includes(row.name))
const workshop = await Workshop.open()
try {
  const progress = (done: number, of: number): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done === of ? '\x1b[K' : `round ${done} of ${of}`}`)
  }
  const measured = await measure(rows, workshop, { rounds, progress })
  const result = report(suite.name, await machine(), measured)
  const { kernel, cpu, cores, node, cgroups, peers } = result.machine
  const versions = Object.entries(peers).map(([peer, version]) => `${peer} ${version}`)
  console.log(
    `${suite.name}: ${[cpu, `${cores} cores`, kernel, `cgroups ${cgroups}`, node, ...versions].join(', ')}\n`,
  )
  for (const line of table(result.results)) console.log(line)
  if (measured.skipped.size > 0) console.log('')
  for (const [row, reason] of measured.skipped) console.log(`skipped ${row}: ${reason}`)
  if (suite.bars.length > 0) console.log('')
  for (const line of verdicts(suite.bars, result.results)) console.log(line)
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`)
} finally {
  await workshop.close()
}
