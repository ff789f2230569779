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
import { allFaults, order, parsePoint } from './driver/faults.ts'
import { Host } from './driver/host.ts'
import { random } from './driver/random.ts'
import { inventory, summary, told } from './driver/report.ts'
import { runAll, type Outcome } from './driver/run.ts'
import { buildTracer, compileWithProbes } from './points/compile.ts'
import { verbs as allVerbs } from './scenarios/verbs.ts'
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
  commands: ['docker-registry', 'gcc', 'unshare', 'ip', 'nft'],
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
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
{
  const compiled = join(folder, 'compiled')
  const points = compileWithProbes(compiled)
  const tracer = buildTracer(join(folder, 'trace'))
  const start = () => Host.start({ compiled, tracer }, folder)
  const parallel = Number(values.jobs)
  const verbs = values.verb
  if (values.point !== undefined) {
    const fault = parsePoint(values.point, values.victim[0] as string)
    report(
      await runAll([{ verb: verbs[0] as string, fault, atOnce: values['at-once'] }], start, {
        parallel: 1,
        onOutcome: show,
      }),
    )
  } else {
    say(`seed ${seed}`)
    const quiet = await runAll(
      verbs.flatMap((verb) => [{ verb }, { verb, traced: true }]),
      start,
      { parallel, onOutcome: show },
    )
    const strata = allFaults(quiet, values.victim)
    const total = [...strata.values()].reduce((sum, jobs) => sum + jobs.length, 0)
    say(inventory(points, quiet))
    say(`${total} faults are possible`)
    const wanted = values.all ? total : Number(values.count)
    const faults = await runAll(order(strata, random(seed)), start, { parallel, wanted, onOutcome: show })
    report([...quiet, ...faults])
  }
}

function show(outcome: Outcome): void {
  say(told(outcome))
}

function report(outcomes: readonly Outcome[]): void {
  say(summary(outcomes, seed))
  const failed = outcomes.filter(({ result }) => result.problems.length > 0).length
  count({ passed: outcomes.length - failed, failed, skipped: 0 })
  if (failed > 0) process.exitCode = 1
}

function count(totals: Totals): void {
  const file = process.env['COFFERDAM_TOTALS']
  if (file !== undefined) addTotals(file, totals)
}
