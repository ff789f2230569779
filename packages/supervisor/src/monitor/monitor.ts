import { constants } from 'node:os'
import { join } from 'node:path'
import { abortable, CofferdamError, isErrno } from '@cofferdam/core'
import {
  type Launchable,
  launch,
  type LaunchedProcess,
  type LaunchOptions,
  type SpawnerClient,
} from '@cofferdam/process'
import { bootId, type Owner, ownerOf, REQUEST } from '@cofferdam/sys'
import { LOG } from '../protocol/config.js'
import { type DetachedExit, exitRecord } from '../record.js'
import { type Attachment, type AttachOptions, attach } from './attach.js'
import type { Connection, Hello } from './connection.js'

/**
 * A container that outlives its starter, through its monitor. Several handles, of several processes, may be open at
 * once; closing one only disconnects it. It keeps the event loop alive only while something is waited for.
 */
export class Monitor implements AsyncDisposable {
  /** Absolute path of the monitor's directory. */
  readonly directory: string
  /** The monitor's process as the owner of what lives as long as it does; of one that has ended, never alive. */
  readonly owner: Owner
  /** Whether its standard streams are a pseudo-terminal's. */
  readonly terminal: boolean
  /** Path of its log for `readLog` of `@cofferdam/logs`; undefined without one. */
  readonly log: string | undefined
  /** @internal */
  protected readonly connection: Connection
  /** @internal */
  protected known: number
  #exited: Promise<DetachedExit> | undefined
  #closed = false

  /** @internal */
  constructor(directory: string, connection: Connection, hello: Hello) {
    this.directory = directory
    this.connection = connection
    this.known = hello.pid
    this.terminal = hello.terminal
    this.log = hello.log ? join(directory, LOG) : undefined
    this.owner = ownerOf(hello.monitorPid) ?? { pid: hello.monitorPid, startTime: '', bootId: bootId() }
  }

  /** The monitor's process. */
  get monitorPid(): number {
    return this.owner.pid
  }

  /** The container's first process as seen from here. */
  get pid(): number {
    return this.known
  }

  /** Takes launches: their processes are the monitor's children, end with it, and run on when this process ends. */
  get spawner(): SpawnerClient {
    return this.connection.spawner
  }

  /** When the monitor has ended too: all output is in the log, which has its end mark. Also when this was closed. */
  get gone(): Promise<void> {
    return this.connection.lost
  }

  /** How the container ended, after it has. Does not keep the event loop alive; {@link wait} does. */
  get exited(): Promise<DetachedExit> {
    this.#exited ??= this.#awaitExit()
    return this.#exited
  }

  async #awaitExit(): Promise<DetachedExit> {
    // It may have ended before this client came, while its last output is still read.
    const early = exitRecord(this.directory)
    if (early !== undefined) return early
    await Promise.race([this.connection.ended, this.connection.lost])
    const exit = exitRecord(this.directory)
    if (exit !== undefined) return exit
    throw new CofferdamError(
      'ERR_MONITOR_DISCONNECTED',
      'the container has not ended; this handle is closed',
      {
        path: this.directory,
        hint: this.#closed
          ? 'connect again'
          : 'the monitor cut this client off, which did not read; connect again',
      },
    )
  }

  /**
   * Waits until the container has ended, like `docker wait`. What it wrote may still be on its way: see {@link gone}.
   * @throws CofferdamError `ERR_MONITOR_DISCONNECTED`; the reason of `signal`
   */
  wait(options: { readonly signal?: AbortSignal } = {}): Promise<DetachedExit> {
    return this.connection.hold(abortable(this.exited, options.signal))
  }

  /**
   * Sends a signal to the container's first process, by its parent, so that no other process can be meant; false when it
   * has ended. @throws CofferdamError `ERR_SYSCALL`
   */
  async kill(signal: NodeJS.Signals | number = 'SIGTERM'): Promise<boolean> {
    const value = typeof signal === 'number' ? signal : constants.signals[signal]
    try {
      await this.connection.ask(REQUEST.SIGNAL, 'kill', { value })
      return true
    } catch (error) {
      if (isErrno(error, 'ESRCH', 'ERR_MONITOR_LOST')) return false
      throw error
    }
  }

  /** Changes the size of its terminal. @throws CofferdamError `ERR_SYSCALL` (ENOTTY: it has none), `ERR_MONITOR_LOST` */
  async resize(columns: number, rows: number): Promise<void> {
    await this.connection.ask(REQUEST.RESIZE, 'ioctl', { value: (rows << 16) | columns })
  }

  /**
   * Streams of what it writes from now on and of its standard input, like `docker attach`. Output that was before is in
   * the log, up to the attachment's `position`. A client that reads too slowly goes on from the log: nobody waits for it.
   * @throws CofferdamError `ERR_MONITOR_LOST`, `ERR_SYSCALL` (EUSERS: too many are attached)
   */
  attach(options: AttachOptions = {}): Promise<Attachment> {
    return attach(this.connection, this.terminal, this.log, options)
  }

  /** Runs a plan as a child of the monitor; see `launch` of `@cofferdam/process`. */
  exec(plan: Launchable, options: Omit<LaunchOptions, 'spawner'> = {}): Promise<LaunchedProcess> {
    return launch(plan, { ...options, spawner: this.spawner })
  }

  /** Disconnects; the container goes on. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    this.connection.close()
    await this.connection.hold(this.connection.lost)
  }

  /** {@link Monitor.close}, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
