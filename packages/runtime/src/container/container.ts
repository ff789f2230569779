import type { Readable, Writable } from 'node:stream'
import { setWindowSize } from '@cofferdam/sys'
import type { ReadStream } from 'node:tty'
import { setTimeout as sleep } from 'node:timers/promises'
import { CofferdamError } from '@cofferdam/core'
import { Cgroup } from '@cofferdam/cgroups'
import { type ExitStatus, type LaunchedProcess, terminalStream } from '@cofferdam/process'
import { START_FIFO, type StateDirectory } from '../state/directory.js'
import type { ContainerState, StateRecord, Status } from '../state/record.js'
import { checkAct, stateOf, statusOf } from '../state/status.js'
import { makesNew } from '../compile/namespaces.js'
import { execIn, type ExecOptions, type ExecProcess } from './exec.js'
import { runHooks } from './hooks.js'
import { signalProcess } from './identity.js'
import type { SetUp } from './set-up.js'
import { releaseStart } from './start-fifo.js'

/** How a container ended. */
export interface ContainerExit extends ExitStatus {
  /** The kernel killed a process of it for want of memory; undefined without a memory cgroup. */
  readonly oomKilled: boolean | undefined
}

/** Standard streams of a container or of a process in it, where they are pipes. */
export interface ContainerStreams {
  readonly stdin?: Writable
  readonly stdout?: Readable
  readonly stderr?: Readable
}

const DELETE_LIMIT = 10_000

/**
 * A container: one that this process made, or one found in the state directory. All that another process can do with
 * it works here too; `exited`, streams and `pty` are only the maker's.
 */
export class Container implements AsyncDisposable {
  readonly id: string
  /** Its first process as seen from here. */
  readonly pid: number
  readonly streams: ContainerStreams
  /** Its pseudo-terminal, both directions. */
  readonly tty?: ReadStream
  readonly #pty: number | undefined
  /** What the specification asked for and could not be had. */
  readonly warnings: readonly string[]
  readonly #record: StateRecord
  readonly #directory: StateDirectory
  readonly #cgroup: Promise<Cgroup | undefined>
  readonly #launched: Promise<LaunchedProcess> | undefined
  /** Its end was heard of. */
  #ended = false
  #exited: Promise<ContainerExit> | undefined
  #deleted: Promise<void> | undefined

  /** @internal */
  constructor(record: StateRecord, directory: StateDirectory, made?: SetUp) {
    this.id = record.id
    this.pid = record.pid
    this.#record = record
    this.#directory = directory
    this.#launched = made?.launched
    this.#cgroup =
      made?.cgroup.ready ??
      Promise.resolve(record.cgroup === undefined ? undefined : Cgroup.open(record.cgroup))
    this.streams = made?.stdio.streams() ?? {}
    this.#pty = made?.process.fds.pty
    if (this.#pty !== undefined && made?.terminal !== 'fd') this.tty = terminalStream(this.#pty)
    this.warnings = [
      ...(made?.warnings ?? []),
      ...(made?.process.warnings ?? []).map(({ action, errno }) => `${action}: ${errno}`),
    ]
  }

  /** Master of its pseudo-terminal. */
  get ptyFd(): number | undefined {
    return this.#pty
  }

  /** Its specification. */
  get spec(): StateRecord['spec'] {
    return this.#record.spec
  }

  /** Changes the size of its terminal (TIOCSWINSZ); the program gets SIGWINCH. */
  resize(columns: number, rows: number): void {
    if (this.#pty !== undefined) setWindowSize(this.#pty, columns, rows)
  }

  /** Whether this process made it and hears of its end. */
  get isAttached(): boolean {
    return this.#launched !== undefined
  }

  /**
   * How it ended, after it has. With a launch that fails after `create` it rejects with that error.
   * @throws CofferdamError `ERR_NOT_ATTACHED` for a container of another process
   */
  get exited(): Promise<ContainerExit> {
    this.#exited ??= this.#awaitExit()
    return this.#exited
  }

  async #awaitExit(): Promise<ContainerExit> {
    if (this.#launched === undefined) {
      throw new CofferdamError('ERR_NOT_ATTACHED', `container ${this.id} was started by another process`, {
        hint: 'only the starter of a container hears how it ends',
      })
    }
    const status = await (await this.#launched).exited
    this.#ended = true
    const kills = await (await this.#cgroup)?.oomKills()
    return { ...status, oomKilled: kills === undefined ? undefined : kills > 0 }
  }

  /** Its status: from the kernel and the state directory. */
  async status(): Promise<Status> {
    const status = statusOf(this.#record, this.#directory)
    if (status !== 'running' || this.#record.cgroup === undefined) return status
    const frozen = await (await this.#cgroup)?.isFrozen().catch(() => false)
    return frozen === true ? 'paused' : 'running'
  }

  /** State as runtime-spec has it, like `runc state ID`. */
  async state(): Promise<ContainerState> {
    return stateOf(this.#record, await this.status())
  }

  /**
   * Starts the program of a created container, like `runc start`; resolves when it runs (of a container of another
   * process: when it has been let go), after the poststart hooks.
   * @throws CofferdamError `ERR_CONTAINER_STATUS`; those of a launch; `ERR_HOOK`, then it is stopped
   */
  async start(): Promise<void> {
    checkAct(this.id, 'start', await this.status())
    releaseStart(this.#directory.join(START_FIFO))
    await this.#launched
    await this.afterStart()
  }

  /** @internal Runs the poststart hooks; one that fails stops the container. */
  async afterStart(): Promise<void> {
    const { hooks } = this.#record.spec
    if (hooks?.poststart === undefined) return
    try {
      await runHooks('poststart', hooks, () =>
        JSON.stringify({ ...stateOf(this.#record, 'running'), pid: this.pid }),
      )
    } catch (error) {
      await this.delete({ force: true })
      throw error
    }
  }

  /**
   * Runs a program in it, like `runc exec`.
   * @throws CofferdamError `ERR_CONTAINER_STATUS`, `ERR_INVALID_SPEC`, those of a launch
   */
  async exec(args: readonly string[], options: ExecOptions = {}): Promise<ExecProcess> {
    checkAct(this.id, 'exec', await this.status())
    return execIn(this.#record, await this.#cgroup, args, options)
  }

  /**
   * Sends a signal to its first process, like `runc kill`; SIGKILL reaches all its processes.
   * @throws CofferdamError `ERR_CONTAINER_STATUS`: not running
   */
  async kill(signal: NodeJS.Signals | number = 'SIGTERM'): Promise<void> {
    checkAct(this.id, 'kill', await this.status())
    await this.#kill(signal)
  }

  async #kill(signal: NodeJS.Signals | number): Promise<void> {
    signalProcess(this.#record, signal)
    if (signal !== 'SIGKILL' && signal !== 9) return
    const cgroup = await this.#cgroup
    // Without a pid namespace of its own the kernel kills only the first process with it; frozen ones need a thaw.
    if (!makesNew(this.#record.spec.linux, 'pid')) await cgroup?.kill()
    else await cgroup?.thaw().catch(() => {})
  }

  /**
   * Removes what is left of a stopped container: cgroup, state directory; then runs the poststop hooks. With `force`
   * it is killed first. Idempotent; a newer container of its id, made after another process deleted it, stays.
   * @throws CofferdamError `ERR_CONTAINER_STATUS`: it still runs; `ERR_CGROUP_BUSY`
   */
  delete(options: { readonly force?: boolean } = {}): Promise<void> {
    this.#deleted ??= this.#delete(options.force ?? false).catch((error: unknown) => {
      this.#deleted = undefined
      throw error
    })
    return this.#deleted
  }

  async #delete(force: boolean): Promise<void> {
    const status = this.#ended ? 'stopped' : statusOf(this.#record, this.#directory)
    if (status !== 'stopped' && status !== 'creating') {
      if (!force && status !== 'created') checkAct(this.id, 'delete', status)
      if (this.#directory.isOf(this.#record)) await this.#stop()
      else signalProcess(this.#record, 'SIGKILL')
    }
    const launched = await this.#launched?.catch(() => undefined)
    await launched?.gone
    if (!this.#directory.isOf(this.#record)) return
    const cgroup = await this.#cgroup.catch(() => undefined)
    if (cgroup !== undefined && !makesNew(this.#record.spec.linux, 'pid')) await cgroup.kill()
    await cgroup?.delete()
    this.#directory.remove()
    const { hooks } = this.#record.spec
    if (hooks?.poststop === undefined) return
    // A hook that fails here has nothing left to stop (runtime-spec runtime.md, "Lifecycle", step 13).
    await runHooks('poststop', hooks, () => JSON.stringify(stateOf(this.#record, 'stopped'))).catch(() => {})
  }

  async #stop(): Promise<void> {
    await this.#kill('SIGKILL')
    if (this.#launched !== undefined) {
      const launched = await this.#launched.catch(() => undefined)
      await launched?.stop()
      return
    }
    const end = Date.now() + DELETE_LIMIT
    for (let wait = 1; statusOf(this.#record, this.#directory) !== 'stopped'; wait = Math.min(50, wait * 2)) {
      if (Date.now() > end) {
        throw new CofferdamError('ERR_CONTAINER_STATUS', `container ${this.id} does not end`, {
          hint: `its process ${this.pid} was killed ${DELETE_LIMIT / 1000} s ago`,
        })
      }
      await sleep(wait)
    }
  }

  /** Kills and removes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.delete({ force: true })
  }
}
