import { spawn } from 'node:child_process'
import { type ChildJob, type ChildReport, JOB, READY } from '../child/job.ts'
import { type Traced, trace } from './tracer.ts'

/** Milliseconds after which a verb hangs. */
const limit = 40_000

/** How a process ended that a fault may have happened to. */
export interface Ended {
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
  /** Where it lived to its end. */
  readonly report: ChildReport | undefined
  readonly traced: Traced | undefined
  readonly hung: boolean
  /** What it wrote to standard error. */
  readonly errors: string
}

/** Does a verb in a process of its own, with the sources that have probes, and waits for its end. */
export function runChild(job: ChildJob, temporary: string): Promise<Ended> {
  const env = {
    ...process.env,
    TMPDIR: temporary,
    [JOB]: JSON.stringify(job),
  }
  const flags = [...process.execArgv, `--import=${new URL('../child/hooks.mjs', import.meta.url).href}`]
  const child = spawn(process.execPath, [...flags, 'tools/fault/child/main.ts'], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let [text, errors, hung] = ['', '', false]
  let tracing: Promise<Traced> | undefined
  child.stdin.on('error', () => undefined)
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (tracing !== undefined || !text.startsWith(READY)) return
    tracing = trace(child.pid as number, job.fault).then(({ seen }) => {
      child.stdin.write('\n')
      return seen
    })
    tracing.catch(() => child.kill('SIGKILL'))
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk))
  const timer = setTimeout(() => {
    hung = true
    child.kill('SIGKILL')
  }, limit)
  return new Promise((resolve, reject) =>
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      // Not 'close': others may have the pipes still. What this process wrote has been read by the next turn.
      setImmediate(() => {
        const line = text.trim().split('\n').at(-1) ?? ''
        const report = line === '' || line === READY ? undefined : (JSON.parse(line) as ChildReport)
        child.stdout.destroy()
        child.stderr.destroy()
        Promise.resolve(tracing).then(
          (traced) => resolve({ signal, code, report, traced, hung, errors }),
          reject,
        )
      })
    }),
  )
}

/** What is wrong with an end: one whose helper was killed fails at most with an error of ours, and ends well. */
export function wrongEnd(
  { signal, code, report, hung, errors }: Ended,
  killed: string | undefined,
): string[] {
  if (hung) return [`hangs: was killed after ${limit} ms; ${errors}`]
  if (killed === 'node') return []
  if (report === undefined) return [`ended with ${signal ?? code} without a report: ${errors}`]
  const problems = report.closing === undefined ? [] : [`close failed: ${report.closing}`]
  const { error } = report
  if (error !== undefined && (killed === undefined || error.code === undefined))
    problems.push(`the verb failed: ${error.stack}`)
  if (errors !== '') problems.push(`on standard error: ${errors}`)
  return problems
}
