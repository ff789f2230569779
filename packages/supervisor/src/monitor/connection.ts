import { CofferdamError, isErrno, syscallError } from '@cofferdam/core'
import { SpawnerClient } from '@cofferdam/process'
import {
  REPORT,
  REQUEST,
  type Report,
  type SpawnerHandle,
  spawnerSend,
  spawnerShutdown,
} from '@cofferdam/sys'
import { MONITOR_ABI } from '../protocol/config.js'

/** What a monitor says of itself when a client comes. */
export interface Hello {
  readonly pid: number
  readonly monitorPid: number
  readonly terminal: boolean
  readonly log: boolean
}

type Settle = { resolve: (report: Report) => void; reject: (error: unknown) => void }

/** The socket to a monitor: requests with their answers, and launches, which it takes as a spawner does. */
export class Connection {
  readonly spawner: SpawnerClient
  /** The monitor has let go: it has ended, or it has cut this client off. */
  readonly lost: Promise<void>
  /** The container's first process has ended. */
  readonly ended: Promise<void>
  readonly #waiting = new Map<number, Settle>()
  readonly #listeners = new Map<number, (report: Report) => void>()
  readonly #handle: SpawnerHandle
  #nextId = 1
  #isLost = false
  #onLost!: () => void
  #onEnded!: () => void

  constructor(open: (onReport: (report: Report) => void) => SpawnerHandle) {
    this.lost = new Promise((resolve) => (this.#onLost = resolve))
    this.ended = new Promise((resolve) => (this.#onEnded = resolve))
    this.spawner = new SpawnerClient(
      open,
      () => this.#end(),
      (report) => this.#onReport(report),
    )
    this.#handle = this.spawner.handle
  }

  get isLost(): boolean {
    return this.#isLost
  }

  /** Keeps the event loop alive while `act` has not settled. */
  async hold<T>(act: Promise<T>): Promise<T> {
    this.spawner.ref()
    try {
      return await act
    } finally {
      this.spawner.unref()
    }
  }

  /** Sends a request that is not answered. */
  send(
    type: number,
    request: { value?: number; payload?: Uint8Array; fds?: readonly number[]; id?: number } = {},
  ): void {
    const { value = 0, payload, fds = [], id = 0 } = request
    const plan = payload === undefined ? {} : { plan: payload, size: payload.length }
    if (this.#isLost) throw lostError()
    let sent: boolean
    try {
      sent = spawnerSend(this.#handle, { type, id, value, fds, ...plan })
    } catch (error) {
      throw isErrno(error, 'EPIPE', 'ECONNRESET') ? lostError() : error
    }
    if (sent) return
    throw new CofferdamError('ERR_MONITOR_BUSY', 'the monitor does not read its requests', {
      hint: 'it is stopped (SIGSTOP), or waits for a disk',
    })
  }

  /** Sends a request and waits for its answer. @throws CofferdamError `ERR_MONITOR_LOST`, `ERR_SYSCALL` with its errno */
  async ask(
    type: number,
    what: string,
    request: { value?: number; payload?: Uint8Array; fds?: readonly number[] } = {},
    listener?: (report: Report) => void,
  ): Promise<Report & { readonly requestId: number }> {
    const id = this.#nextId++
    const answer = new Promise<Report>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    if (listener !== undefined) this.#listeners.set(id, listener)
    try {
      this.send(type, { ...request, id })
      const report = await this.hold(answer)
      if (report.error !== 0 && report.type === REPORT.DONE) {
        throw syscallError(what, -report.error, { action: `${what} (asked of the monitor)` })
      }
      return { ...report, requestId: id }
    } catch (error) {
      this.#waiting.delete(id)
      this.#listeners.delete(id)
      throw error
    }
  }

  /** Introduces this client. @throws CofferdamError `ERR_MONITOR_VERSION`, `ERR_MONITOR_LOST` */
  async greet(): Promise<Hello> {
    return hello(await this.ask(REQUEST.HELLO, 'connect', { value: MONITOR_ABI }))
  }

  forget(id: number): void {
    this.#listeners.delete(id)
  }

  /** Ends the connection; idempotent. */
  close(): void {
    if (!this.#isLost) spawnerShutdown(this.#handle)
  }

  #onReport(report: Report): void {
    if (report.type === REPORT.ENDED) return this.#onEnded()
    if (report.type === REPORT.LAGGED) return this.#listeners.get(report.id)?.(report)
    const settle = this.#waiting.get(report.id)
    this.#waiting.delete(report.id)
    settle?.resolve(report)
  }

  #end(): void {
    this.#isLost = true
    for (const { reject } of this.#waiting.values()) reject(lostError())
    this.#waiting.clear()
    this.#listeners.clear()
    this.#onLost()
  }
}

/** Reads a HELLO. @throws CofferdamError `ERR_MONITOR_VERSION` */
export function hello(report: Report): Hello {
  if (report.value !== MONITOR_ABI) {
    throw new CofferdamError(
      'ERR_MONITOR_VERSION',
      `the monitor speaks version ${report.value} of its protocol`,
      {
        hint: `this package speaks version ${MONITOR_ABI}: use the one that started the container`,
      },
    )
  }
  return {
    pid: report.pid,
    monitorPid: report.op,
    terminal: (report.error & 1) !== 0,
    log: (report.error & 4) !== 0,
  }
}

export function lostError(): CofferdamError {
  return new CofferdamError('ERR_MONITOR_LOST', 'the monitor of the container is gone', {
    hint: 'the container has ended (see exitRecord), or its monitor was killed and took it along',
  })
}
