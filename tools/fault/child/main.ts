/** The process that a fault happens to: prepares a scenario, arms the points, does the verb, closes, reports. */
import { Engine } from '@cofferdam/engine'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { errorMessage } from '@cofferdam/core'
import { scenarios } from '../scenarios/index.ts'
import type { Scenario } from '../scenarios/scene.ts'
import { type ChildJob, type ChildReport, JOB, MARK, READY } from './job.ts'
import { arm, disarm, lastPassed } from './probe.ts'

const job = JSON.parse(process.env[JOB] ?? '') as ChildJob
const scenario = (scenarios as Partial<Record<string, Scenario>>)[job.verb]
if (scenario === undefined) throw new Error(`no scenario ${job.verb}`)
let phase = 'prepares'
setTimeout(() => {
  process.stderr.write(`${phase} for 30 s; last: ${lastPassed().join(' ')}\n`)
}, 30_000).unref()
const engine = await Engine.open({ root: job.root })
const act = await scenario({ ...job, engine })
if (job.traced) {
  process.stdout.write(`${READY}\n`)
  await once(process.stdin, 'data')
  process.stdin.destroy()
} else {
  arm(job.fault)
}
phase = 'acts'
let error: ChildReport['error']
try {
  await act()
} catch (thrown) {
  const { code, stack } = thrown as { code?: string; stack?: string }
  error = { code, message: errorMessage(thrown), stack: stack ?? '' }
}
if (job.traced) existsSync(MARK)
const { passed, reached } = disarm()
phase = 'closes'
let closing: string | undefined
try {
  await engine.close()
} catch (thrown) {
  closing = errorMessage(thrown)
}
const report: ChildReport = {
  passed,
  reached,
  ...(error === undefined ? {} : { error }),
  ...(closing === undefined ? {} : { closing }),
}
process.stdout.write(`${JSON.stringify(report)}\n`)
