import { availableParallelism } from 'node:os'
import {
  REPORT,
  REQUEST,
  closeQuietly,
  memfd,
  spawnerOpen,
  spawnerRef,
  spawnerSend,
  type Report,
  type SpawnerHandle,
} from '@cofferdam/sys'
import type { EncodedPlan } from '../plan/encode.js'

/** One launch as the spawner's client sees it. */
export interface LaunchSink {
  /** Compiles the plan, when it is the launch's turn; what it throws goes to `onUnsent`. */
  encode(): EncodedPlan
  /** Each report of this launch, in order. */
  onReport(report: Report): void
  /** The spawner is gone and everything attached to it has been killed. */
  onLost(): void
  /** The request could not be sent. */
  onUnsent(error: unknown): void
}

const PLAN_INLINE_MAX = 65536
/** More starts at a time only wait for each other's locks in the kernel and take processors from the event loop. */
const MAX_STARTING = 2 * availableParallelism()
/** Milliseconds of one turn of the event loop spent on compiling and sending plans. */
const TURN_BUDGET = 0.5

/**
 * One spawner, or a monitor, which takes launches like one, and the launches under way in it: starts are compiled and
 * sent in the order they came, a bounded number at a time and for a bounded part of each turn of the event loop.
 */
export class SpawnerClient {
  readonly #handle: SpawnerHandle
  readonly #sinks = new Map<number, LaunchSink>()
  readonly #starting = new Set<number>()
  readonly #waiting = new Set<number>()
  readonly #encoded = new Map<number, EncodedPlan>()
  #nextId = 1
  #refs = 0
  #pumping = false
  #lost = false
  readonly #onLost: () => void

  readonly #onOther: ((report: Report) => void) | undefined

  /** @throws what `open` throws */
  constructor(
    open: (onReport: (report: Report) => void) => SpawnerHandle,
    onLost: () => void,
    onOther?: (report: Report) => void,
  ) {
    this.#onLost = onLost
    this.#onOther = onOther
    this.#handle = open((report) => this.#onReport(report))
  }

  /** The connection itself, for tests and diagnosis. */
  get handle(): SpawnerHandle {
    return this.#handle
  }

  /** Queues a launch and returns its id; the sink hears of it until its EXIT or GONE report is final. */
  start(sink: LaunchSink): number {
    const id = this.#nextId
    this.#nextId = id === 0xffffffff ? 1 : id + 1
    this.#sinks.set(id, sink)
    this.#waiting.add(id)
    if (!this.#pumping && this.#starting.size < MAX_STARTING) {
      this.#sendOne(id)
      this.#pumpLater()
    }
    return id
  }

  /** Takes a launch that has not been sent out of the queue; false when it has. */
  withdraw(id: number): boolean {
    if (!this.#waiting.delete(id)) return false
    this.#encoded.delete(id)
    this.#sinks.delete(id)
    return true
  }

  /** Lets a launch go on from its barrier, or ends it with an errno. */
  continue(id: number, errno: number): void {
    this.#send({ type: REQUEST.CONTINUE, id, value: errno })
  }

  /** Kills the process and, without a pid namespace of its own, all its descendants. */
  kill(id: number): void {
    this.#send({ type: REQUEST.KILL, id })
  }

  /** Counts what keeps the event loop alive. */
  ref(): void {
    if (this.#refs++ === 0 && !this.#lost) spawnerRef(this.#handle, true)
  }

  /** Undoes one {@link SpawnerClient.ref}. */
  unref(): void {
    if (--this.#refs === 0 && !this.#lost) spawnerRef(this.#handle, false)
  }

  #send(request: Parameters<typeof spawnerSend>[1]): void {
    if (this.#lost) return
    try {
      if (!spawnerSend(this.#handle, request)) setImmediate(() => this.#send(request))
    } catch {
      // The LOST report follows.
    }
  }

  #pump(): void {
    this.#pumping = false
    const end = performance.now() + TURN_BUDGET
    for (const id of this.#waiting) {
      if (this.#starting.size >= MAX_STARTING || this.#lost) return
      if (performance.now() >= end || !this.#sendOne(id)) {
        this.#pumpLater()
        return
      }
    }
  }

  /** Compiles and sends one launch; false when the connection is full. */
  #sendOne(id: number): boolean {
    const sink = this.#sinks.get(id) as LaunchSink
    try {
      const plan = this.#encoded.get(id) ?? sink.encode()
      if (!this.#sendPlan(id, plan)) {
        this.#encoded.set(id, plan)
        return false
      }
      this.#encoded.delete(id)
      this.#waiting.delete(id)
      this.#starting.add(id)
    } catch (error) {
      this.withdraw(id)
      sink.onUnsent(error)
    }
    return true
  }

  #pumpLater(): void {
    if (this.#pumping) return
    this.#pumping = true
    setImmediate(() => this.#pump())
  }

  #sendPlan(id: number, { bytes, fds }: EncodedPlan): boolean {
    if (bytes.length <= PLAN_INLINE_MAX) {
      return spawnerSend(this.#handle, { type: REQUEST.START, id, plan: bytes, fds })
    }
    const fd = memfd('plan', bytes, 0)
    try {
      return spawnerSend(this.#handle, {
        type: REQUEST.START_MEMFD,
        id,
        size: bytes.length,
        fds: [...fds, fd],
      })
    } finally {
      closeQuietly(fd)
    }
  }

  #onReport(report: Report): void {
    if (report.type === REPORT.LOST) {
      this.#end()
      return
    }
    if (report.type >= REPORT.HELLO) {
      this.#onOther?.(report)
      return
    }
    const sink = this.#sinks.get(report.id)
    if (report.type !== REPORT.CLONED && report.type !== REPORT.FD && this.#starting.delete(report.id)) {
      if (this.#waiting.size > 0) this.#pumpLater()
    }
    if (sink === undefined) {
      closeQuietly(report.fd)
      return
    }
    sink.onReport(report)
  }

  /** The sink needs no more reports. */
  forget(id: number): void {
    this.#sinks.delete(id)
  }

  #end(): void {
    this.#lost = true
    if (this.#refs > 0) spawnerRef(this.#handle, false)
    this.#onLost()
    const sinks = [...this.#sinks.values()]
    this.#sinks.clear()
    this.#waiting.clear()
    this.#encoded.clear()
    for (const sink of sinks) sink.onLost()
  }
}

const clients = new Map<boolean, SpawnerClient>()

/** This environment's spawner, started on first use and again when it was lost. @throws CofferdamError `ERR_SYSCALL` */
export function spawnerClient(detached = false): SpawnerClient {
  const known = clients.get(detached)
  if (known !== undefined) return known
  const client: SpawnerClient = new SpawnerClient(
    (onReport) => spawnerOpen(detached ? 'detached' : 'guard', onReport),
    () => {
      if (clients.get(detached) === client) clients.delete(detached)
    },
  )
  clients.set(detached, client)
  return client
}
