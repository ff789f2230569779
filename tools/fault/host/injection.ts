import { spawn } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Engine } from '@cofferdam/engine'
import { errorMessage } from '@cofferdam/core'
import { eventually, type TestRegistry } from '@cofferdam/testing'
import { type ChildJob, type ChildReport, JOB } from '../child/job.ts'
import { pulled, stored } from '../scenarios/scene.ts'
import { readRecords, wrongExits } from './exits.ts'
import { strayFiles } from './files.ts'
import { kernelSnapshot, strayKernel, strayProcesses } from './kernel.ts'
import { brokenLog } from './logs.ts'
import type { HostJob, HostResult } from './protocol.ts'
import { readState, type State } from './state.ts'

/** What a host has for every injection. */
export interface HostParts {
  /** Directory of this injection, made and removed by the caller. */
  readonly base: string
  /** A root with the image in its store. */
  readonly template: string
  readonly registry: TestRegistry
}

const hangs = 40_000

interface Ended {
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
  readonly report: ChildReport | undefined
  readonly hung: boolean
  readonly errors: string
}

/**
 * Lets a fault happen to a verb on a root of its own, opens the engine again, and compares everything with the state;
 * then uses and removes what is there, which must leave the machine as it was before.
 */
export async function injection(job: HostJob, { base, template, registry }: HostParts): Promise<HostResult> {
  const started = performance.now()
  const [root, volume, temporary] = [join(base, 'root'), join(base, 'volume'), join(base, 'tmp')]
  for (const path of [volume, temporary]) mkdirSync(path, { recursive: true })
  if (job.verb !== 'pull') cpSync(template, root, { recursive: true, verbatimSymlinks: true })
  const before = await kernelSnapshot()
  const ended = await runChild({ ...job, root, volume, registry: registry.host }, temporary)
  const reached = ended.report?.reached ?? ended.signal === 'SIGKILL'
  const killed = reached ? job.fault?.victim : undefined
  const problems = endProblems(ended, killed)
  const state = readState(root)
  if (job.atOnce !== true) await settled(state)
  const records = readRecords(root, readState(root))
  const engine = await Engine.open({ root })
  try {
    problems.push(
      ...(await compare(engine, { ...job, root, temporary, volume, before, state, records, killed })),
    )
    problems.push(...(await use(engine, job.verb === 'pull' ? `${registry.host}/${pulled}` : stored)))
  } catch (error) {
    problems.push(`after the opening: ${error instanceof Error ? (error.stack ?? '') : String(error)}`)
  } finally {
    await engine.close()
  }
  const empty = { ...readState(root), ids: state.ids }
  problems.push(...empty.rows.map(({ name, status }) => `at the end: row of ${name} (${status})`))
  const left = await quiet(async () => [
    ...strayFiles(root, temporary, empty),
    ...(await strayKernel(before, empty)),
  ])
  problems.push(...left.map((line) => `at the end: ${line}`))
  const { report } = ended
  return {
    ...(report === undefined ? {} : { report }),
    reached,
    problems,
    ms: performance.now() - started,
  }
}

function runChild(job: ChildJob, temporary: string): Promise<Ended> {
  const env = {
    ...process.env,
    COFFERDAM_COMPILED: process.env['COFFERDAM_FAULT_COMPILED'],
    TMPDIR: temporary,
    [JOB]: JSON.stringify(job),
  }
  const child = spawn(process.execPath, [...process.execArgv, 'tools/fault/child/main.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [text, errors, hung] = ['', '', false]
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk))
  const limit = setTimeout(() => {
    hung = true
    child.kill('SIGKILL')
  }, hangs)
  return new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      clearTimeout(limit)
      // Whoever has the pipes still, it is not this child: what it wrote before its end has been read by then.
      setImmediate(() => {
        const line = text.trim().split('\n').at(-1) ?? ''
        const report = line === '' ? undefined : (JSON.parse(line) as ChildReport)
        child.stdout.destroy()
        child.stderr.destroy()
        resolve({ signal, code, report, hung, errors })
      })
    }),
  )
}

/** A process whose helper was killed goes on: the verb succeeds or fails with an error of ours, and it ends well. */
function endProblems({ signal, code, report, hung, errors }: Ended, killed: string | undefined): string[] {
  if (hung) return [`hangs: was killed after ${hangs} ms; ${errors}`]
  if (killed === 'node') return []
  if (report === undefined) return [`ended with ${signal ?? code} without a report: ${errors}`]
  const problems = report.closing === undefined ? [] : [`close failed: ${report.closing}`]
  const { error } = report
  if (error !== undefined && (killed === undefined || error.code === undefined))
    problems.push(`the verb failed: ${error.stack}`)
  if (errors !== '') problems.push(`on standard error: ${errors}`)
  return problems
}

/** Waits until what the dead were doing is over: only this host, and monitors of containers that run, are left. */
async function settled(state: State): Promise<void> {
  await eventually(() => strayProcesses(state).length === 0, 5000).catch(() => undefined)
}

/** Looks until there is nothing, or time is over. */
async function quiet(look: () => Promise<string[]>): Promise<string[]> {
  let found: string[] = []
  await eventually(async () => (found = await look()).length === 0, 3000).catch(() => undefined)
  return found
}

interface Scope {
  readonly verb: string
  readonly root: string
  readonly temporary: string
  readonly volume: string
  readonly before: Awaited<ReturnType<typeof kernelSnapshot>>
  readonly state: State
  readonly records: ReturnType<typeof readRecords>
  readonly killed: string | undefined
}

async function compare(engine: Engine, scope: Scope): Promise<string[]> {
  const { verb, root, temporary, volume, before, state, records, killed } = scope
  const pulling = verb === 'pull'
  const findings = await engine.check()
  const now = { ...readState(root), ids: state.ids }
  const left = await quiet(async () => [
    ...strayFiles(root, temporary, now, pulling),
    ...(await strayKernel(before, now)),
  ])
  const logs = await Promise.all(
    now.rows
      .filter(({ status }) => status === 'exited')
      .map((row) => brokenLog(root, row, volume, killed === 'monitor' || killed === 'node')),
  )
  return [
    ...findings.map(({ kind, object, problem }) => `check: ${kind} ${object} ${problem}`),
    ...left,
    ...wrongExits(state, records, now),
    ...logs.flat(),
  ]
}

/** What a user does next: the same ports and image in a container of another name, then everything is removed. */
async function use(engine: Engine, image: string): Promise<string[]> {
  const problems: string[] = []
  for (const { id } of engine.list({ all: true })) {
    try {
      await engine.get(id).remove({ force: true })
    } catch (error) {
      problems.push(`remove: ${errorMessage(error)}`)
    }
  }
  const { exitCode } = await engine.run(image, ['true'], { ports: ['18080:80'], reject: false })
  if (exitCode !== 0) problems.push(`a run afterwards ended with ${exitCode}`)
  return problems
}
