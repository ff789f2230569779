import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Engine } from '@cofferdam/engine'
import { errorMessage } from '@cofferdam/core'
import { eventually, type TestRegistry } from '@cofferdam/testing'
import { askedToStop, pulled, stored } from '../scenarios/scene.ts'
import { runChild, wrongEnd } from './child.ts'
import { readRecords, wrongExits } from './exits.ts'
import { missingFiles, strayFiles } from './files.ts'
import { isSettled, kernelSnapshot, missingProcesses, strayKernel } from './kernel.ts'
import { brokenLog, isWriterKilled } from './logs.ts'
import type { HostJob, HostResult } from './protocol.ts'
import { readState, type State } from './state.ts'
import { isCall } from './tracer.ts'

/** What a host has for every injection. */
export interface HostParts {
  /** Directory of this injection, made and removed by the caller. */
  readonly base: string
  /** A root with the image in its store. */
  readonly template: string
  readonly registry: TestRegistry
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
  const traced = job.traced === true || isCall(job.fault)
  const ended = await runChild({ ...job, traced, root, volume, registry: registry.host }, temporary)
  const seen = ended.traced ?? ended.report ?? { passed: [], reached: ended.signal === 'SIGKILL' }
  const killed = seen.reached ? job.fault?.victim : undefined
  const problems = wrongEnd(ended, killed)
  // Without it the verb had not begun.
  if (!existsSync(join(root, 'store/state.db')))
    return {
      passed: [],
      reached: false,
      problems: [...problems, ended.errors],
      ms: performance.now() - started,
    }
  const state = readState(root)
  if (job.atOnce !== true) await settled(state)
  const records = readRecords(root, readState(root))
  const engine = await Engine.open({ root })
  try {
    problems.push(
      ...(await compare(engine, { ...job, root, temporary, volume, before, state, records, killed })),
    )
    problems.push(...(await stop(engine, { ...job, root, volume, killed })))
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
  return { passed: seen.passed, reached: seen.reached, problems, ms: performance.now() - started }
}

/** Waits until what the dead were doing is over: only this host, and monitors of containers that run, are left. */
async function settled(state: State): Promise<void> {
  await eventually(() => isSettled(state), 5000).catch(() => undefined)
}

/** Looks until there is nothing, or time is over. */
async function quiet(look: () => Promise<string[]>): Promise<string[]> {
  let found: string[] = []
  await eventually(async () => (found = await look()).length === 0, 3000).catch(() => undefined)
  return found
}

interface Scope extends HostJob {
  readonly root: string
  readonly temporary: string
  readonly volume: string
  readonly before: Awaited<ReturnType<typeof kernelSnapshot>>
  readonly state: State
  readonly records: ReturnType<typeof readRecords>
  readonly killed: string | undefined
}

async function compare(engine: Engine, scope: Scope): Promise<string[]> {
  const { verb, atOnce, root, temporary, volume, before, state, records, killed } = scope
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
      .map((row) => brokenLog(root, row, volume, isWriterKilled(row, verb, killed))),
  )
  return [
    ...findings.map(({ kind, object, problem }) => `check: ${kind} ${object} ${problem}`),
    ...left,
    ...missingFiles(root, now),
    ...(atOnce === true ? [] : missingProcesses(now)),
    ...wrongExits(state, records, now, killed === 'node'),
    ...logs.flat(),
  ]
}

/**
 * Containers that still run do their work: they say bye when asked to stop, and their logs have all of it. One that is
 * about to die, where the engine was opened at once, ends otherwise.
 */
async function stop(
  engine: Engine,
  scope: Pick<Scope, 'verb' | 'root' | 'volume' | 'killed' | 'atOnce'>,
): Promise<string[]> {
  const problems: string[] = []
  for (const { id } of engine.list()) {
    const container = engine.get(id)
    await container.stop()
    const { exitCode, signal, reason } = container.inspect()
    if (scope.atOnce !== true && exitCode !== askedToStop)
      problems.push(`a stop afterwards ended with ${exitCode ?? signal} ${reason ?? ''}`)
    const row = readState(scope.root).rows.find((one) => one.id === id)
    if (row === undefined) problems.push('a stop afterwards has removed the container')
    else {
      const lossy = isWriterKilled(row, scope.verb, scope.killed)
      problems.push(...(await brokenLog(scope.root, row, scope.volume, lossy)))
    }
  }
  return problems
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
