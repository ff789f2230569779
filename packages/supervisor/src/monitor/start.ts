import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cgroup } from '@cofferdam/cgroups'
import { CofferdamError, DisposeStack, isErrno } from '@cofferdam/core'
import { type LogPosition, nextLogFile } from '@cofferdam/logs'
import { stdioPipe } from '@cofferdam/process'
import { closeQuietly, REQUEST, spawnerOpen } from '@cofferdam/sys'
import { encodeConfig, LOG, RECORD, SOCKET } from '../protocol/config.js'
import { exitRecord, monitorAlive } from '../record.js'
import { Connection, hello } from './connection.js'
import { joinLasting, makeMonitorCgroup, MONITOR_CGROUP } from './cgroup.js'
import { isManaged, leaveNamedHierarchies, ownMembership } from './named-hierarchies.js'
import { Monitor } from './monitor.js'

/** A log that the monitor writes; the same files as `LogWriter` of `@cofferdam/logs`. */
export interface MonitorLog {
  readonly directory: string
  /** Bytes; 10 MiB unless given. */
  readonly maxFileSize?: number
  /** 5 unless given. */
  readonly maxFiles?: number
}

/** Options of {@link startMonitor}. */
export interface MonitorOptions {
  /** Where its socket and record are made; itself made (0700) if missing. One monitor at a time. */
  readonly directory: string
  readonly log?: MonitorLog
  /** `pipes` unless given: the container's standard streams; with `terminal` its launch opens a pseudo-terminal. */
  readonly stdio?: 'pipes' | 'terminal'
  /** Keep standard input open for clients that attach; without, the container's is /dev/null. With `pipes` only. */
  readonly stdin?: boolean
  /**
   * Its cgroup, made if missing; false: that of this process. Unless given {@link MONITOR_CGROUP} where this process is in
   * a cgroup that a service manager may end, else that of this process, which costs no migration.
   */
  readonly cgroup?: string | false
  readonly signal?: AbortSignal
}

/** A monitor whose container is being started. When this is closed before {@link detach} nothing is left. */
export class StartingMonitor extends Monitor {
  readonly #theirs: number[]
  /** When it is in its cgroup: await it before the launch of what joins no cgroup of its own. */
  readonly placed: Promise<void>
  /** Where its container's output begins in the log. */
  readonly logBegin: LogPosition | undefined
  #starting = true

  /** @internal */
  constructor(
    directory: string,
    connection: Connection,
    report: Parameters<typeof hello>[0],
    theirs: number[],
    placed: Promise<void>,
    logBegin: LogPosition | undefined,
  ) {
    super(directory, connection, hello(report))
    this.#theirs = theirs
    connection.spawner.ref()
    this.placed = placed
    this.logBegin = logBegin
  }

  /** The container's standard input, output and error, for its launch; closed by {@link detach}. */
  get stdio(): readonly number[] {
    return this.#theirs
  }

  /** Descriptors the monitor keeps open as long as it lives, like the sockets of published ports. */
  holdFds(fds: readonly number[]): void {
    try {
      if (fds.length > 0) this.connection.send(REQUEST.HOLD, { fds })
    } catch (error) {
      if (!this.#hasEnded()) throw error
    }
  }

  /**
   * The container's cgroup, whose count of processes killed for want of memory is read at the end. Pass the promise on
   * to the runtime, so that the monitor has it before the container is in it.
   */
  async watchMemory(cgroup: Promise<Cgroup>): Promise<Cgroup> {
    const made = await cgroup
    const v2 = made.mode === 'v2'
    const directory = made.paths[v2 ? '' : 'memory']
    if (directory === undefined) return made
    let fd: number
    try {
      fd = openSync(join(directory, v2 ? 'memory.events' : 'memory.oom_control'), 'r')
    } catch {
      return made
    }
    try {
      this.connection.send(REQUEST.OOM, { fds: [fd] })
    } finally {
      closeSync(fd)
    }
    return made
  }

  /**
   * From now on the container and its monitor outlive this process; this handle stays connected. A container that has
   * ended already, and its monitor with it, needs nothing more.
   * @throws CofferdamError `ERR_MONITOR_LOST`, `ERR_CGROUP_*`
   */
  async detach(): Promise<void> {
    try {
      await this.placed
      const ended = this.connection.ended.then(() => undefined)
      await Promise.race([this.connection.ask(REQUEST.DETACH, 'detach'), ended])
    } catch (error) {
      if (!this.#hasEnded()) throw error
    }
    this.#over()
  }

  /** The container ran, and its end is recorded. */
  #hasEnded(): boolean {
    const exit = exitRecord(this.directory)
    return exit !== undefined && exit.reason === undefined
  }

  /** The start is over: it keeps the event loop alive no longer. */
  #over(): void {
    this.closeStdio()
    if (this.#starting) this.connection.spawner.unref()
    this.#starting = false
  }

  /** Remembers the container's first process. */
  started(pid: number): void {
    this.known = pid
  }

  /** Closes the container's ends of the standard streams here. Idempotent. */
  closeStdio(): void {
    for (const fd of this.#theirs.splice(0)) closeQuietly(fd)
  }

  override async close(): Promise<void> {
    this.#over()
    await super.close()
  }
}

/** How long a monitor is waited for that has let go of its container or starter, and is about to end. */
const DYING_MS = 500

/** Leftovers of a monitor that is gone; a living one is not touched. @throws CofferdamError `ERR_MONITOR_EXISTS` */
async function clear(directory: string): Promise<void> {
  if (mkdirSync(directory, { recursive: true, mode: 0o700 }) !== undefined) return
  const end = Date.now() + DYING_MS
  while (existsSync(join(directory, RECORD)) && monitorAlive(directory)) {
    if (Date.now() > end) {
      throw new CofferdamError('ERR_MONITOR_EXISTS', `a monitor lives in ${directory}`, { path: directory })
    }
    await sleep(5)
  }
  for (const name of [SOCKET, RECORD]) rmSync(join(directory, name), { force: true })
}

/** Makes the log's directory, and the link by which other processes find it. */
function linkLog(directory: string, log: string): void {
  mkdirSync(log, { recursive: true, mode: 0o700 })
  const link = join(directory, LOG)
  try {
    symlinkSync(log, link)
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    // A directory is the log itself, by whatever path it was named.
    if (lstatSync(link).isDirectory()) return
    unlinkSync(link)
    symlinkSync(log, link)
  }
}

function openStreams(options: MonitorOptions, opened: DisposeStack) {
  const theirs: number[] = []
  const standard: (number | undefined)[] = []
  if (options.stdio === 'terminal') return { theirs, standard }
  for (const target of [0, 1, 2]) {
    if (target === 0 && options.stdin !== true) {
      theirs.push(openSync('/dev/null', constants.O_RDONLY))
      continue
    }
    const ends = stdioPipe(target)
    theirs.push(ends.theirs)
    standard[target] = ends.ours
    opened.defer(() => closeQuietly(ends.ours))
  }
  return { theirs, standard }
}

/**
 * Starts a monitor: a process in a session of its own, and where it may in a cgroup that no service manager ends, that will
 * be the parent of one container. Launch the container with its `spawner` and `stdio`, then `detach()`.
 * @throws CofferdamError `ERR_MONITOR_EXISTS`, `ERR_MONITOR_LOST`, `ERR_SYSCALL`, `ERR_CGROUP_*`; nothing is left then
 */
export async function startMonitor(options: MonitorOptions): Promise<StartingMonitor> {
  options.signal?.throwIfAborted()
  const directory = resolve(options.directory)
  await clear(directory)
  await using opened = new DisposeStack()
  const { log } = options
  const openDirectory = (path: string) => {
    const fd = openSync(path, constants.O_DIRECTORY)
    opened.defer(() => closeSync(fd))
    return fd
  }
  if (log !== undefined) linkLog(directory, resolve(log.directory))
  const number = log === undefined ? undefined : nextLogFile(log.directory)
  const { theirs, standard } = openStreams(options, opened)
  const config = encodeConfig({
    directory: openDirectory(directory),
    standard,
    terminal: options.stdio === 'terminal',
    ...(log === undefined || number === undefined
      ? {}
      : {
          log: {
            directory: openDirectory(log.directory),
            number,
            maxFiles: log.maxFiles ?? 5,
            maxFileSize: log.maxFileSize ?? 10 * 1024 * 1024,
          },
        }),
  })
  const membership = ownMembership()
  const cgroup = options.cgroup ?? (isManaged(membership) ? MONITOR_CGROUP : false)
  const made = cgroup === false ? undefined : makeMonitorCgroup(cgroup)
  made?.catch(() => {})
  const connection = new Connection((onReport) => spawnerOpen('monitor', onReport))
  try {
    const report = await connection.ask(REQUEST.MONITOR, 'start a monitor', {
      payload: config.bytes,
      fds: config.fds,
    })
    if (made !== undefined) await leaveNamedHierarchies(report.op, membership, MONITOR_CGROUP)
    const placed =
      made === undefined
        ? Promise.resolve()
        : joinLasting(made, () => makeMonitorCgroup(cgroup as string), report.op)
    placed.catch(() => {})
    const logBegin = number === undefined ? undefined : { file: number, offset: 0 }
    return new StartingMonitor(directory, connection, report, theirs, placed, logBegin)
  } catch (error) {
    connection.close()
    for (const fd of theirs) closeQuietly(fd)
    throw error
  }
}
