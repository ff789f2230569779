/**
 * Kills Node, spawner, monitor or a container's init at points of the life cycle, opens the engine again and compares
 * the machine with the state: `node tools/fault/main.ts [--seed N] [--count 300 | --all] [--verb V] [--victim V]`, or
 * one fault again with `--verb V --victim V --point ID#HIT [--at-once]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { victims } from './child/processes.ts'
import { allFaults, argumentsOf, choose, parsePoint } from './driver/choose.ts'
import { Host } from './driver/host.ts'
import { random } from './driver/random.ts'
import { runAll, type Outcome } from './driver/run.ts'
import { compileWithProbes } from './points/compile.ts'
import { verbs as allVerbs } from './scenarios/verbs.ts'
import { table } from '../ci/table.ts'
import { addTotals, type Totals } from '../ci/totals.ts'
import { busyboxPath, missing } from '@cofferdam/testing'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '60' },
    all: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    verb: { type: 'string', multiple: true, default: [...allVerbs] },
    victim: { type: 'string', multiple: true, default: [...victims] },
    point: { type: 'string' },
    'at-once': { type: 'boolean', default: false },
  },
})
const lacks = missing({
  root: true,
  network: true,
  commands: ['docker-registry', 'unshare', 'ip', 'nft'],
  files: [busyboxPath],
})
if (lacks !== undefined) {
  process.stdout.write(`fault injection is skipped: ${lacks}\n`)
  count({ passed: 0, failed: 0, skipped: 1 })
  process.exit(0)
}
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
const say = (text: string) => process.stdout.write(`${text}\n`)

const folder = mkdtempSync(join(tmpdir(), 'cofferdam-fault-'))
try {
  const compiled = join(folder, 'compiled')
  const points = compileWithProbes(compiled)
  const start = () => Host.start(compiled, folder)
  const parallel = Number(values.jobs)
  const verbs = values.verb
  if (values.point !== undefined) {
    const fault = parsePoint(values.point, values.victim[0] as string)
    report(await runAll([{ verb: verbs[0] as string, fault, atOnce: values['at-once'] }], start, 1, show))
  } else {
    say(`seed ${seed}`)
    const quiet = await runAll(
      verbs.map((verb) => ({ verb })),
      start,
      parallel,
      show,
    )
    const recorded = quiet.map(({ job, result }) => ({ verb: job.verb, passed: result.report?.passed ?? [] }))
    const reached = new Set(recorded.flatMap(({ passed }) => passed.map(({ id }) => id)))
    const strata = allFaults(recorded)
    for (const key of strata.keys())
      if (!values.victim.includes(key.split(' ')[1] as string)) strata.delete(key)
    const total = [...strata.values()].reduce((sum, jobs) => sum + jobs.length, 0)
    say(`${points.length} points, ${reached.size} reached by ${verbs.length} verbs; ${total} faults possible`)
    const jobs = choose(strata, values.all ? total : Number(values.count), random(seed))
    report([...quiet, ...(await runAll(jobs, start, parallel, show))])
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function show({ job, result }: Outcome): void {
  const what = job.fault === undefined ? `--verb ${job.verb}, without a fault` : argumentsOf(job)
  const verdict =
    result.problems.length > 0 ? 'FAILED' : job.fault === undefined || result.reached ? 'ok' : 'not reached'
  say(`${verdict.padEnd(11)} ${result.ms.toFixed(0).padStart(5)} ms  ${what}`)
  for (const problem of result.problems) say(`    ${problem}`)
}

function report(outcomes: readonly Outcome[]): void {
  const faults = outcomes.filter(({ job }) => job.fault !== undefined)
  const cell = (verb: string, victim: string) => {
    const here = faults.filter(({ job }) => job.verb === verb && job.fault?.victim === victim)
    const happened = here.filter(({ result }) => result.reached).length
    return here.length === 0 ? '-' : `${happened}/${here.length}`
  }
  const verbs = [...new Set(faults.map(({ job }) => job.verb))].sort()
  say(
    `\n${table(
      ['happened', ...victims],
      verbs.map((verb) => [verb, ...victims.map((victim) => cell(verb, victim))]),
    )}`,
  )
  const failed = outcomes.filter(({ result }) => result.problems.length > 0)
  for (const { job } of failed)
    if (job.fault !== undefined) say(`repeat: node tools/fault/main.ts ${argumentsOf(job)}`)
  const happened = faults.filter(({ result }) => result.reached).length
  say(`${happened} of ${faults.length} faults happened, ${failed.length} failed, seed ${seed}`)
  count({ passed: outcomes.length - failed.length, failed: failed.length, skipped: 0 })
  if (failed.length > 0) process.exitCode = 1
}

function count(totals: Totals): void {
  const file = process.env['COFFERDAM_TOTALS']
  if (file !== undefined) addTotals(file, totals)
}
