/**
 * Fuzzes the parsers of the native code with libFuzzer: `npm run fuzz -- [TARGET]... [--seconds 600] [--merge]`. All
 * targets together take that time, two at once; they begin with the kept inputs in `corpus/TARGET`, and new ones
 * gather in `build/corpus`, from where `--merge` adds those that reach more to the kept ones. `--run FILE` runs one
 * input. An input that breaks something is kept and named.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { table } from '../ci/table.ts'
import { addTotals } from '../ci/totals.ts'
import { writeSeeds } from './seeds.ts'
import { buildTarget, findClang, targets } from './targets.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '600' },
    merge: { type: 'boolean', default: false },
    run: { type: 'string' },
  },
})
const unknown = positionals.filter((name) => targets[name] === undefined)
if (unknown.length > 0) {
  process.stderr.write(`no target ${unknown.join(', ')}: there are ${Object.keys(targets).join(', ')}\n`)
  process.exit(2)
}
const names = positionals.length > 0 ? positionals : Object.keys(targets)
const count = { passed: 0, failed: 0, skipped: 0 }
const folder = import.meta.dirname
const common = ['-timeout=20', '-rss_limit_mb=2048', '-print_final_stats=1', '-print_funcs=0']

/** What one target came to. */
interface Outcome {
  readonly name: string
  readonly runs: string
  readonly covered: string
  readonly kept: number
  readonly finding: string
}

function folders(name: string) {
  const made = { work: join(folder, 'build/corpus', name), kept: join(folder, 'corpus', name) }
  for (const path of Object.values(made)) mkdirSync(path, { recursive: true })
  return made
}

/** Runs libFuzzer for `seconds`; its output is shown when it finds something. */
function fuzz(name: string, program: string, seconds: number): Promise<Outcome> {
  const { work, kept } = folders(name)
  const artifacts = join(folder, 'build', `${name}-`)
  const args = [
    ...common,
    `-max_len=${targets[name]!.longest}`,
    `-max_total_time=${seconds}`,
    `-artifact_prefix=${artifacts}`,
    work,
    kept,
  ]
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  child.stderr.setEncoding('latin1').on('data', (part: string) => (text += part))
  return new Promise((settle) => {
    child.on('close', (code, signal) => {
      if (code !== 0) process.stdout.write(`${text.slice(-20_000)}\n`)
      const written = /Test unit written to (\S+)/.exec(text)?.[1]
      settle({
        name,
        runs: /number_of_executed_units: (\d+)/.exec(text)?.[1] ?? '?',
        covered:
          text
            .match(/cov: \d+/g)
            ?.at(-1)
            ?.slice(5) ?? '?',
        kept: readdirSync(kept).length,
        finding: code === 0 ? '' : (written ?? `ended with ${signal ?? code}`),
      })
    })
  })
}

const clang = process.platform === 'linux' ? findClang() : undefined
if (clang === undefined) {
  process.stdout.write('skipped: fuzzing [skipped: no clang with libFuzzer: clang, libclang-rt-dev]\n')
  count.skipped++
} else if (values.run !== undefined) {
  const { status } = spawnSync(buildTarget(clang, names[0]!), [resolve(values.run)], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} else {
  const seconds = Math.max(1, Math.ceil((Number(values.seconds) * 2) / Math.max(2, names.length)))
  const queue = names.map((name) => ({ name, program: buildTarget(clang, name) }))
  const outcomes: Outcome[] = []
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { name, program } = next
      const { work, kept } = folders(name)
      writeSeeds(name, work)
      outcomes.push(await fuzz(name, program, seconds))
      if (values.merge)
        spawnSync(program, [...common, `-max_len=${targets[name]!.longest}`, '-merge=1', kept, work], {
          stdio: 'inherit',
        })
    }
  }
  await Promise.all([worker(), worker()])
  const rows = outcomes.map(({ name, runs, covered, kept, finding }) => [
    name,
    runs,
    covered,
    String(kept),
    finding || '-',
  ])
  process.stdout.write(`${table(['target', 'runs', 'covered', 'kept', 'finding'], rows)}\n`)
  count.failed = outcomes.filter(({ finding }) => finding !== '').length
  count.passed = outcomes.length - count.failed
  process.exitCode = count.failed > 0 ? 1 : 0
}
if (process.env.COFFERDAM_TOTALS !== undefined) addTotals(process.env.COFFERDAM_TOTALS, count)
