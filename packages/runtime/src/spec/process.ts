import type { Process } from './types.js'

const rlimits = new Set([
  'RLIMIT_CPU',
  'RLIMIT_FSIZE',
  'RLIMIT_DATA',
  'RLIMIT_STACK',
  'RLIMIT_CORE',
  'RLIMIT_RSS',
  'RLIMIT_NPROC',
  'RLIMIT_NOFILE',
  'RLIMIT_MEMLOCK',
  'RLIMIT_AS',
  'RLIMIT_LOCKS',
  'RLIMIT_SIGPENDING',
  'RLIMIT_MSGQUEUE',
  'RLIMIT_NICE',
  'RLIMIT_RTPRIO',
  'RLIMIT_RTTIME',
])

const MAX_ID = 0xfffffffe

function* idProblems(value: number | undefined, at: string): Generator<string> {
  if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= MAX_ID)) {
    yield `${at} is not an id from 0 to ${MAX_ID}: ${value}`
  }
}

function* schedulerProblems(scheduler: NonNullable<Process['scheduler']>, at: string): Generator<string> {
  const { policy, priority, nice } = scheduler
  const realtime = policy === 'SCHED_FIFO' || policy === 'SCHED_RR'
  if (priority !== undefined && priority !== 0 && !realtime)
    yield `${at}.priority needs SCHED_FIFO or SCHED_RR`
  if (nice !== undefined && (nice < -20 || nice > 19)) yield `${at}.nice is not from -20 to 19: ${nice}`
  const deadline = scheduler.runtime || scheduler.deadline || scheduler.period
  if (deadline && policy !== 'SCHED_DEADLINE') yield `${at}.runtime, deadline and period need SCHED_DEADLINE`
}

/** Every problem of a process of a container, beyond its schema. */
export function* processProblems(process: Process | undefined, at: string): Generator<string> {
  if (process === undefined) return
  if (!process.cwd.startsWith('/')) yield `${at}.cwd is not an absolute path: ${JSON.stringify(process.cwd)}`
  if (process.args === undefined || process.args.length === 0) yield `${at}.args must not be empty`
  if (process.args?.[0] === '') yield `${at}.args[0] is empty`
  const texts = [process.cwd, ...(process.args ?? []), ...(process.env ?? [])]
  if (texts.some((text) => text.includes('\0'))) yield `${at} has a NUL in cwd, args or env`
  for (const entry of process.env ?? []) {
    if (entry.indexOf('=') < 1) yield `${at}.env has an entry without a name: ${JSON.stringify(entry)}`
  }
  for (const { type } of process.rlimits ?? []) if (!rlimits.has(type)) yield `invalid rlimit type: ${type}`
  yield* idProblems(process.user?.uid, `${at}.user.uid`)
  yield* idProblems(process.user?.gid, `${at}.user.gid`)
  for (const gid of process.user?.additionalGids ?? []) yield* idProblems(gid, `${at}.user.additionalGids`)
  const score = process.oomScoreAdj
  if (score !== undefined && (score < -1000 || score > 1000))
    yield `${at}.oomScoreAdj is not from -1000 to 1000`
  if (process.scheduler !== undefined) yield* schedulerProblems(process.scheduler, `${at}.scheduler`)
  const io = process.ioPriority
  if (io?.priority !== undefined && (io.priority < 0 || io.priority > 7)) {
    yield `${at}.ioPriority.priority is not from 0 to 7: ${io.priority}`
  }
}

/** Capabilities that contradict each other; names the kernel lacks are warnings, not problems. */
export function* capabilityProblems(sets: Process['capabilities']): Generator<string> {
  if (sets === undefined) return
  const permitted = new Set(sets.permitted)
  for (const name of sets.effective ?? []) {
    if (!permitted.has(name)) yield `effective capability ${name} is not permitted`
  }
}
