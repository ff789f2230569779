import { EventEmitter } from 'node:events'
import { closeSync, constants, openSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { CofferdamError, destroyLate, errorMessage, isErrno } from '@cofferdam/core'
import { resolveUser } from '@cofferdam/image'
import { type LogPosition, LogTee, LogWriter } from '@cofferdam/logs'
import { terminalStream } from '@cofferdam/process'
import { setWindowSize } from '@cofferdam/sys'
import { type AttachedContainer, attachContainer } from '../detached/attach.js'
import { detachedExit, settleDetached } from '../detached/wait.js'
import { type EngineContext, logDirectory } from '../launch/context.js'
import { type Settled, settleContainer } from '../launch/settle.js'
import type { Launched } from '../launch/start.js'
import { specUser } from '../spec/build.js'
import { configOf, isDetached, type StoredConfig } from '../state/config.js'
import { type ContainerRecord, findContainer, notRunning } from '../state/records.js'
import type { ContainerSummary, ExecOptions, ExitStatus, LogLine, LogsOptions, RunResult } from '../types.js'
import { containerLogs } from './logs.js'
import { type ContainerProcess, type ContainerTerminal, terminalOf } from './process.js'
import { removeContainer } from './remove.js'
import { collectLimits, collectProcess } from './run.js'
import { stopContainer, type StopOptions } from './stop.js'
import { summaryOf } from './summary.js'

/** A process to be executed in a container. */
export interface StartExecOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly user?: string
  readonly workdir?: string
  readonly stdin?: boolean
  readonly tty?: boolean | { readonly columns: number; readonly rows: number }
  /** It outlives this process, as the container may, and has no streams (like `docker exec -d`). */
  readonly detach?: boolean
  readonly signal?: AbortSignal
}

/**
 * A container: one that this process started (its streams are here, and it ends with this process), or one of another
 * process. Emits `exit` with the {@link ExitStatus}.
 */
export class Container
  extends EventEmitter<{ exit: [ExitStatus] }>
  implements ContainerProcess, AsyncDisposable
{
  readonly id: string
  readonly name: string
  readonly stdin: Writable | undefined
  readonly tty: ContainerTerminal | undefined
  readonly #context: EngineContext
  readonly #output: LogTee | undefined
  readonly #settled: Promise<Settled> | undefined
  readonly #launched: Launched | undefined
  readonly #autoRemove: boolean
  /** Where its output begins in the log, of a detached one that was started through this object. */
  readonly #begin: LogPosition | undefined

  /** @internal */
  constructor(
    context: EngineContext,
    record: Pick<ContainerRecord, 'id' | 'name'> & Pick<Launched, 'monitor'>,
    launched?: Launched,
    autoRemove = false,
  ) {
    super()
    this.id = record.id
    this.name = record.name
    this.#context = context
    this.#launched = launched
    this.#autoRemove = autoRemove
    this.#begin = record.monitor?.logBegin
    if (launched === undefined) return
    const { runtime } = launched
    this.stdin = runtime.streams.stdin
    const output = new LogTee(
      { stdout: runtime.tty ?? runtime.streams.stdout, stderr: runtime.streams.stderr },
      new LogWriter(logDirectory(context, this.id)),
      (error) => process.emitWarning(`the log of container ${this.name}: ${errorMessage(error)}`),
    )
    this.#output = output
    if (runtime.tty !== undefined) {
      this.tty = terminalOf(
        runtime.tty,
        (columns, rows) => runtime.resize(columns, rows),
        () => output.tap('stdout') as Readable,
      )
    }
    const drain = runtime.exited.then(() => this.#output?.finish())
    this.#settled = settleContainer(context, launched, { remove: autoRemove, drain })
    this.#settled.then(
      (exit) => this.emit('exit', exit),
      () => undefined,
    )
  }

  /** Standard output from the first access on; the log has all of it. With a terminal read `tty.output` of the maker. */
  get stdout(): Readable | undefined {
    return this.#output?.tap('stdout')
  }

  /** Standard error from the first access on. */
  get stderr(): Readable | undefined {
    return this.#output?.tap('stderr')
  }

  /**
   * Settles when its first process has ended: of a container that this process started, a detached one, or one whose
   * end is recorded.
   * @throws CofferdamError `ERR_NOT_ATTACHED` for one that is bound to another process
   */
  get exited(): Promise<ExitStatus> {
    return this.exit()
  }

  /** {@link Container.exited}; an aborted `signal` ends the wait. @internal */
  exit(signal?: AbortSignal): Promise<ExitStatus> {
    return (
      this.#launched?.runtime.exited ??
      this.#detached((context, id) => detachedExit(context, id, signal), 'exited')
    )
  }

  /** Settles when it has ended and what it used has been given back. @throws CofferdamError as {@link Container.exited} */
  async finished(): Promise<ExitStatus> {
    return this.#settled ?? this.#detached(settleDetached, 'exited')
  }

  /** Acts on one that is detached, or whose status is `or`. */
  async #detached<T>(act: (context: EngineContext, id: string) => Promise<T>, or?: 'exited'): Promise<T> {
    const record = findContainer(this.#context.db, this.id)
    if (isDetached(record) || record.status === or) return act(this.#context, this.id)
    throw new CofferdamError('ERR_NOT_ATTACHED', `container ${this.name} was started by another process`, {
      path: this.id,
      hint: 'only detached containers can be waited for and attached to from other processes',
    })
  }

  /**
   * Streams of a detached container: what it writes from now on, and its standard input (like `docker attach`). With
   * `fromStart` also what it has written since it was started through this object, even if it has ended.
   * @throws CofferdamError `ERR_NOT_ATTACHED`, `ERR_MONITOR_ENDED`
   */
  attach(
    options: { readonly stdin?: boolean; readonly fromStart?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<AttachedContainer> {
    const { stdin = false, fromStart = false, signal } = options
    const from = fromStart ? this.#begin : undefined
    return this.#detached((context, id) =>
      attachContainer(context, id, this, {
        stdin,
        ...(signal === undefined ? {} : { signal }),
        ...(from === undefined ? {} : { from }),
      }),
    )
  }

  /** What is known of it now. @throws CofferdamError `ERR_CONTAINER_NOT_FOUND` when it has been removed */
  inspect(): ContainerSummary {
    return summaryOf(findContainer(this.#context.db, this.id))
  }

  /** Host port of a published port. @throws CofferdamError `ERR_PORT_NOT_PUBLISHED` */
  port(containerPort: number, protocol: 'tcp' | 'udp' = 'tcp'): number {
    const ports = this.#launched?.attachment.ports ?? this.inspect().ports
    const found = ports.find((port) => port.container === containerPort && port.protocol === protocol)
    if (found === undefined) {
      throw new CofferdamError(
        'ERR_PORT_NOT_PUBLISHED',
        `container ${this.name} does not publish port ${containerPort}/${protocol}`,
        { path: `${containerPort}/${protocol}` },
      )
    }
    return found.host
  }

  /** Address on its bridge network while it runs. */
  get address(): string | undefined {
    return this.#launched?.attachment.address ?? this.inspect().address
  }

  /** Its output as lines, from byte 0. */
  logs(options: LogsOptions = {}): AsyncGenerator<LogLine> {
    return containerLogs(this.#context, this.id, options)
  }

  /** Sends a signal to its first process. @throws CofferdamError `ERR_CONTAINER_STATUS` */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#runtime().kill(signal)
  }

  /**
   * Starts a program in it. The caller reads its streams, which are destroyed 2 s after its end when something that it
   * left running holds them open.
   * @throws CofferdamError `ERR_PROGRAM_NOT_FOUND`, `ERR_CONTAINER_STATUS`, ...
   */
  async startExec(args: readonly string[], options: StartExecOptions = {}): Promise<ContainerProcess> {
    const runtime = this.#runtime()
    const config = this.#config()
    const extra = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`)
    const tty = options.detach || !options.tty ? undefined : options.tty === true ? {} : options.tty
    const { process: launched, streams } = await runtime.exec(args, {
      env: [
        ...config.env.filter((pair) => !extra.some((added) => added.split('=')[0] === pair.split('=')[0])),
        ...extra,
      ],
      ...(options.workdir === undefined ? {} : { cwd: options.workdir }),
      ...(options.user === undefined ? {} : await execUser(runtime.pid, options.user)),
      ...(tty === undefined
        ? { stdio: options.detach ? ignored : ([options.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'] as const) }
        : { terminal: true, tty }),
      detached: options.detach ?? false,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    if (options.detach) launched.unref()
    const { pty } = launched.fds
    const terminal = pty === undefined ? undefined : terminalStream(pty)
    const exited = launched.exited.then(({ exitCode, signal }) => {
      for (const output of [terminal, streams.stdout, streams.stderr])
        if (output !== undefined) destroyLate(output)
      return { exitCode, signal, oomKilled: undefined }
    })
    return {
      ...streams,
      ...(terminal === undefined
        ? {}
        : { tty: terminalOf(terminal, (columns, rows) => setWindowSize(pty as number, columns, rows)) }),
      exited,
      kill: (signal) => launched.kill(signal),
    }
  }

  /**
   * Runs a program in it and collects its output.
   * @throws ContainerExitError unless `reject` is false; CofferdamError as {@link Container.startExec}
   */
  async exec(args: readonly string[], options: ExecOptions = {}): Promise<RunResult> {
    const limits = collectLimits(options)
    const started = performance.now()
    const process = await this.startExec(args, { ...options, stdin: options.input !== undefined })
    const settled = async (drain: Promise<unknown>) => {
      const exit = await process.exited
      await drain
      return { ...exit, usage: { memoryPeak: undefined, cpuMs: undefined } }
    }
    return collectProcess(process, { command: args, started, settled }, options, limits)
  }

  /** Asks it to stop, kills it after `timeout` (10 s), and waits until it has ended. Idempotent. */
  async stop(options: StopOptions = {}): Promise<void> {
    await stopContainer(this.#context, this.id, {
      stopSignal: this.#config().stopSignal as NodeJS.Signals,
      ...options,
    })
    await this.#settled
  }

  /** Removes it with its changes and log; `force` kills it first. @throws CofferdamError `ERR_CONTAINER_RUNNING` */
  async remove(options: { readonly force?: boolean } = {}): Promise<void> {
    await removeContainer(
      this.#context,
      findContainer(this.#context.db, this.id),
      options.force ?? false,
      this.#settled,
    )
  }

  /** Kills one that this process started; it is removed too unless it was made to stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#settled === undefined) return
    await this.#launched?.runtime.kill('SIGKILL').catch(() => undefined)
    await this.#settled
    if (this.#autoRemove) this.removeAllListeners()
  }

  #runtime() {
    if (this.#launched !== undefined) return this.#launched.runtime
    const record = findContainer(this.#context.db, this.id)
    try {
      return this.#context.runtime.open(this.id)
    } catch (error) {
      throw isErrno(error, 'ERR_CONTAINER_NOT_FOUND') ? notRunning(record) : error
    }
  }

  #config(): StoredConfig {
    return configOf(findContainer(this.#context.db, this.id))
  }
}

const ignored = ['ignore', 'ignore', 'ignore'] as const

async function execUser(pid: number, user: string) {
  const root = openSync(`/proc/${pid}/root`, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    const resolved = specUser(await resolveUser(root, user))
    return { user: resolved, ...(resolved.uid === 0 ? {} : { capabilities: {} }) }
  } finally {
    closeSync(root)
  }
}
