import { errnoName, errnoNumber, isErrno } from '@cofferdam/core'
import { REPORT, closeQuietly, requireLinux, type Report } from '@cofferdam/sys'
import { describeOp } from '../plan/format.js'
import type { EncodedPlan } from '../plan/encode.js'
import type { LaunchPlan } from '../plan/ops.js'
import { preparePlan, type PreparedPlan } from '../plan/prepared.js'
import { spawnerClient, type LaunchSink, type SpawnerClient } from '../spawner/client.js'
import { launchError } from './errors.js'
import { exitStatus, type ExitStatus } from './exit.js'
import { LaunchedProcess, spawnerLost, type LaunchFds, type LaunchWarning } from './launched.js'

/** A process between clone and exec. */
export interface LaunchingProcess {
  readonly pid: number
  readonly pidfd: number
  /** What has come back so far. */
  readonly fds: LaunchFds
  readonly warnings: readonly LaunchWarning[]
}

/** Options of {@link launch}. */
export interface LaunchOptions {
  /** What is done at each barrier while the process waits; what a handler throws ends the launch and is thrown. */
  readonly barriers?: Readonly<Record<string, (process: LaunchingProcess) => unknown>>
  /** Called as soon as there is a process; the launch's next barrier waits for what it returns. */
  readonly onCloned?: (process: LaunchingProcess) => unknown
  /** The same as the plan's, for a plan that is made by a function. */
  readonly detached?: boolean
  /** Who starts it: this environment's own spawner unless given; a monitor's, for what outlives this process. */
  readonly spawner?: SpawnerClient
  /** The process, which is not this one's to wait for, does not keep the event loop alive; nor does its launch. */
  readonly background?: boolean
  /** Ends the launch; after the start it has no effect. */
  readonly signal?: AbortSignal
}

const FD_NAMES: Record<number, keyof LaunchFds> = { 1: 'pty', 2: 'seccomp' }

/** What can be launched: a plan, one that is made when its turn comes, or one that was prepared. */
export type Launchable = LaunchPlan | (() => LaunchPlan) | PreparedPlan

const isPrepared = (source: Launchable): source is PreparedPlan => 'encode' in source

function isDetached(source: Launchable): boolean {
  if (typeof source === 'function') return false
  return (isPrepared(source) ? source.plan : source).detached ?? false
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

class Launch implements LaunchSink {
  readonly #source: Launchable
  #plan!: LaunchPlan
  #encoded!: EncodedPlan
  readonly #options: LaunchOptions
  readonly #client: SpawnerClient
  readonly #id: number
  readonly #fds: LaunchFds = {}
  readonly #warnings: LaunchWarning[] = []
  readonly started: Promise<LaunchedProcess>
  #resolve!: (process: LaunchedProcess) => void
  #reject!: (reason: unknown) => void
  readonly #exited = deferred<ExitStatus>()
  readonly #gone = deferred<void>()
  #pid = 0
  #pidfd = -1
  #running = false
  #final = false
  #failure: { readonly reason: unknown } | undefined
  #cloned: Promise<unknown> | undefined
  #barriers: string[] = []
  #onAbort: (() => void) | undefined

  constructor(source: Launchable, options: LaunchOptions) {
    this.#source = source
    this.#options = options
    this.started = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#client = options.spawner ?? spawnerClient(options.detached ?? isDetached(source))
    if (!options.background) this.#client.ref()
    this.#id = this.#client.start(this)
    const { signal } = options
    if (signal !== undefined && !this.#final) {
      this.#onAbort = () => this.#end(signal.reason)
      signal.addEventListener('abort', this.#onAbort, { once: true })
    }
  }

  encode(): EncodedPlan {
    const { barriers = {}, onCloned } = this.#options
    const source = typeof this.#source === 'function' ? this.#source() : this.#source
    const prepared = isPrepared(source) ? source : preparePlan(source)
    const reportPid = onCloned !== undefined || Object.keys(barriers).length > 0
    this.#plan = prepared.plan
    this.#encoded = prepared.encode({ reportPid })
    return this.#encoded
  }

  onReport(report: Report): void {
    switch (report.type) {
      case REPORT.CLONED:
        this.#onCloned(report)
        break
      case REPORT.STARTED:
        this.#onStarted(report)
        break
      case REPORT.FAILED:
        this.#failure ??= { reason: launchError(this.#plan, this.#encoded, report) }
        break
      case REPORT.WARNING: {
        const op = this.#encoded.ops[report.op]
        this.#warnings.push({
          action: op === undefined ? 'launch' : describeOp(op),
          errno: errnoName(report.error),
          detail: report.detail,
        })
        break
      }
      case REPORT.BARRIER:
        this.#barriers.push(this.#encoded.barriers[report.value] as string)
        if (this.#pidfd >= 0) this.#runBarriers()
        break
      case REPORT.FD:
        this.#fds[FD_NAMES[report.value] as keyof LaunchFds] = report.fd
        break
      case REPORT.EXIT:
        this.#exited.resolve(exitStatus(report))
        if (report.final) this.#final = true
        break
      case REPORT.GONE:
        this.#final = true
        break
    }
    this.#settle()
  }

  onLost(): void {
    this.#final = true
    this.#exited.resolve({ exitCode: null, signal: 'SIGKILL', reason: 'spawner-lost' })
    if (!this.#running) this.#failure ??= { reason: spawnerLost() }
    this.#settle()
  }

  onUnsent(error: unknown): void {
    this.#final = true
    this.#failure ??= { reason: isErrno(error, 'EPIPE') ? spawnerLost() : error }
    this.#settle()
  }

  /** The process in the state of now. */
  #process(): LaunchingProcess {
    return { pid: this.#pid, pidfd: this.#pidfd, fds: this.#fds, warnings: this.#warnings }
  }

  #onCloned(report: Report): void {
    this.#pid = report.pid
    this.#pidfd = report.fd
    const { onCloned } = this.#options
    if (onCloned !== undefined) {
      this.#cloned = (async () => onCloned(this.#process()))()
      this.#cloned.catch((error: unknown) => this.#end(error))
    }
    this.#runBarriers()
  }

  #runBarriers(): void {
    const names = this.#barriers
    this.#barriers = []
    for (const name of names) void this.#runBarrier(name)
  }

  async #runBarrier(name: string): Promise<void> {
    try {
      await this.#cloned
      await this.#options.barriers?.[name]?.(this.#process())
      if (this.#failure === undefined) this.#client.continue(this.#id, 0)
    } catch (error) {
      this.#failure ??= { reason: error }
      this.#client.continue(this.#id, errnoNumber('ECANCELED'))
    }
  }

  /** Ends a launch that is under way, for a reason from outside. */
  #end(reason: unknown): void {
    if (this.#running || this.#final) return
    this.#failure ??= { reason }
    if (this.#client.withdraw(this.#id)) {
      this.#final = true
      this.#settle()
    } else {
      this.#client.kill(this.#id)
    }
  }

  #onStarted(report: Report): void {
    if (report.fd >= 0) this.#pidfd = report.fd
    this.#pid = report.pid
    if (this.#failure !== undefined) return
    this.#running = true
    if (this.#onAbort !== undefined) this.#options.signal?.removeEventListener('abort', this.#onAbort)
    const process = new LaunchedProcess(this.#client, this.#id, {
      pid: this.#pid,
      pidfd: this.#pidfd,
      fds: this.#fds,
      warnings: this.#warnings,
      exited: this.#exited.promise,
      gone: this.#gone.promise,
      referenced: !this.#options.background,
    })
    this.#resolve(process)
  }

  #settle(): void {
    if (!this.#final || (!this.#running && this.#failure === undefined)) return
    this.#client.forget(this.#id)
    if (this.#onAbort !== undefined) this.#options.signal?.removeEventListener('abort', this.#onAbort)
    if (this.#running) {
      this.#gone.resolve()
      return
    }
    closeQuietly(this.#pidfd)
    closeQuietly(this.#fds.pty)
    closeQuietly(this.#fds.seccomp)
    if (!this.#options.background) this.#client.unref()
    this.#reject(this.#failure?.reason)
  }
}

/**
 * Executes a plan: resolves when the program runs, rejects when the launch failed and nothing of it is left. The
 * event loop stays alive until the process is gone, or `unref()`. Many launches at once take turns; a plan given as a
 * function is made when its turn comes, so that a burst does not hold up the event loop.
 * @throws CofferdamError `ERR_INVALID_PLAN` before anything is touched; `ERR_LAUNCH`, `ERR_HOOK`, `ERR_EXEC`,
 * `ERR_PROGRAM_NOT_FOUND`, `ERR_CLONE`, `ERR_CLONE_FORBIDDEN`, `ERR_LAUNCH_KILLED`, `ERR_SPAWNER_LOST`; the reason of
 * `signal`; what a barrier's handler throws
 */
export async function launch(plan: Launchable, options: LaunchOptions = {}): Promise<LaunchedProcess> {
  requireLinux()
  options.signal?.throwIfAborted()
  return new Launch(plan, options).started
}
