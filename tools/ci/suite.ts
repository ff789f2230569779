import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { compareMachine, machineSnapshot } from '@cofferdam/testing'
import { addTotals, sumTotals, type Totals } from './totals.ts'

/** Tests that one program runs, and the time it may take. */
export interface Suite {
  readonly name: string
  /** A configuration of jest. */
  readonly config?: string
  /** Or a program of the repository with arguments, which adds its counts to the file named by COFFERDAM_TOTALS. */
  readonly program?: readonly string[]
  readonly budgetMs: number
  readonly stage?: Stage
}

/** What a suite needs around its tests. */
export interface Stage {
  /** Variables on top of the environment; a sentence why the suite cannot run here. */
  prepare(): NodeJS.ProcessEnv | string
  /** What went wrong beside the tests, a text each; any makes the suite fail. */
  findings(): string[]
}

/** How a suite ended. */
export interface SuiteResult extends Totals {
  readonly name: string
  readonly ms: number
  readonly budgetMs: number
}

const root = resolve(import.meta.dirname, '../..')

/** What Node runs for a suite. */
function programOf({ config, program = [] }: Suite): readonly string[] {
  if (config === undefined) return program
  return [join(root, 'node_modules/jest/bin/jest.js'), '--config', join(root, config), '--passWithNoTests']
}

/** Runs it in a process group of its own; killed with all its workers at four times the budget. */
function run(suite: Suite, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<number> {
  const flags = ['--disable-warning=ExperimentalWarning', ...programOf(suite), ...args]
  const child = spawn(process.execPath, flags, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  })
  const kill = () => process.kill(-child.pid!, 'SIGKILL')
  const limit = setTimeout(() => {
    process.stdout.write(`${suite.name}: killed after four times its budget\n`)
    kill()
  }, suite.budgetMs * 4)
  process.once('SIGINT', kill).once('SIGTERM', kill)
  return new Promise((settle) => {
    child.on('close', (code) => {
      clearTimeout(limit)
      process.off('SIGINT', kill).off('SIGTERM', kill)
      settle(code ?? 1)
    })
  })
}

/**
 * Runs one suite with temporary files in a directory of its own and compares the machine before and after; each
 * difference is printed, and all of them count as one failed test, and so do the findings of the suite's stage.
 */
export async function runSuite(suite: Suite, totals: string, args: readonly string[]): Promise<SuiteResult> {
  const started = performance.now()
  const stage = suite.stage?.prepare() ?? {}
  if (typeof stage === 'string') {
    process.stdout.write(`skipped: suite ${suite.name} [skipped: ${stage}]\n`)
    const result = { passed: 0, failed: 0, skipped: 1 }
    addTotals(totals, result)
    return { ...result, name: suite.name, ms: performance.now() - started, budgetMs: suite.budgetMs }
  }
  const temporary = mkdtempSync('/tmp/cofferdam-ci-')
  chmodSync(temporary, 0o1777)
  const mark = `COFFERDAM_RUN=${suite.name}-${process.pid}`
  const before = await machineSnapshot({ mark, folder: root, temporary })
  const own = join(temporary, 'totals')
  const env = {
    ...process.env,
    ...stage,
    TMPDIR: temporary,
    COFFERDAM_TOTALS: own,
    COFFERDAM_RUN: mark.split('=')[1],
    NODE_DISABLE_COMPILE_CACHE: '1',
  }
  const code = await run(suite, env, args)
  const counted = sumTotals(own)
  rmSync(own, { force: true })
  const left = await compareMachine(before)
  rmSync(temporary, { recursive: true, force: true })
  for (const { part, change, line } of left)
    process.stdout.write(`${suite.name}: ${change} ${part}: ${line}\n`)
  const findings = suite.stage?.findings() ?? []
  for (const text of findings) process.stdout.write(`${suite.name}: ${text}\n`)
  const crashed = code !== 0 && counted.failed === 0 ? 1 : 0
  const beside = (left.length > 0 ? 1 : 0) + (findings.length > 0 ? 1 : 0)
  const result = { ...counted, failed: counted.failed + crashed + beside }
  addTotals(totals, result)
  return { ...result, name: suite.name, ms: performance.now() - started, budgetMs: suite.budgetMs }
}
