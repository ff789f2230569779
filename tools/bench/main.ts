/** Measures one suite: `npm run bench -- SUITE [--json FILE] [--rounds N] [--only ROW]...` */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { machine } from './harness/machine.ts'
import { table, type Report } from './harness/report.ts'
import { Workshop } from './harness/workshop.ts'
import { exec } from './suites/exec.ts'
import { eventloop } from './suites/eventloop.ts'
import { leak } from './suites/leak.ts'
import { monitors } from './suites/monitors.ts'
import { spawn } from './suites/spawn.ts'
import { start } from './suites/start.ts'
import type { Suite } from './suites/suite.ts'

const suites: Suite[] = [spawn, start, exec, eventloop, leak, monitors]

function refuse(...lines: string[]): never {
  for (const line of lines) console.error(line)
  process.exit(2)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '30' },
    only: { type: 'string', multiple: true, default: [] },
  },
})
const [name, ...more] = positionals
const suite = suites.find((one) => one.name === name)
const rounds = Number(values.rounds)
if (suite === undefined || !Number.isInteger(rounds) || rounds < 1) {
  const names = suites.map((one) => one.name).join('|')
  refuse(`usage: npm run bench -- ${names} [--json FILE] [--rounds N] [--only ROW]...`)
}
const only = [...values.only, ...more]
const unknown = only.filter((row) => !suite.rows.includes(row))
if (unknown.length > 0)
  refuse(`${suite.name} has no row ${unknown.join(', ')}; it has:`, ...suite.rows.map((row) => `  ${row}`))

const progress = (done: number, of: number): void => {
  if (process.stderr.isTTY) process.stderr.write(done === of ? '\r\x1b[K' : `\r${done} of ${of}`)
}
const workshop = await Workshop.open()
try {
  const { results, skipped, verdicts } = await suite.run(workshop, { rounds, only, progress })
  const report: Report = { suite: suite.name, machine: await machine(), results }
  const { kernel, cpu, cores, node, cgroups, peers } = report.machine
  const versions = Object.entries(peers).map(([peer, version]) => `${peer} ${version}`)
  const about = [cpu, `${cores} cores`, kernel, `cgroups ${cgroups}`, `node ${node}`, ...versions]
  console.log(`${suite.name}: ${about.join(', ')}\n`)
  for (const line of table(results)) console.log(line)
  if (skipped.size > 0) console.log('')
  for (const [row, reason] of skipped) console.log(`skipped ${row}: ${reason}`)
  if (verdicts.length > 0) console.log('')
  for (const line of verdicts) console.log(line)
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
} finally {
  await workshop.close()
}
