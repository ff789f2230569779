import { CofferdamError } from '@cofferdam/core'
import { closeQuietly, pidfdSendSignal } from '@cofferdam/sys'
import type { SpawnerClient } from '../spawner/client.js'
import type { ExitStatus } from './exit.js'

/** An op that failed and was not essential. */
export interface LaunchWarning {
  /** What was attempted. */
  readonly action: string
  readonly errno: string
  /** For capabilities: the bits that could not be granted, hexadecimal. */
  readonly detail: string
}

/** Descriptors that came back from the launch; whoever takes one closes it. */
export interface LaunchFds {
  /** Master of the pseudo-terminal. */
  pty?: number
  /** Listener of a seccomp filter. */
  seccomp?: number
}

/** A process whose program runs. */
export class LaunchedProcess implements AsyncDisposable {
  /** As seen from here. */
  readonly pid: number
  /** A descriptor of the process (pidfd_open(2)); open until the process is gone. */
  readonly pidfd: number
  readonly fds: LaunchFds
  readonly warnings: readonly LaunchWarning[]
  /** When the process itself has ended. */
  readonly exited: Promise<ExitStatus>
  /** When it and, unless they joined a foreign pid namespace, all its descendants are gone. */
  readonly gone: Promise<void>
  readonly #client: SpawnerClient
  readonly #id: number
  #referenced: boolean
  #isGone = false

  /** @internal */
  constructor(
    client: SpawnerClient,
    id: number,
    known: Pick<LaunchedProcess, 'pid' | 'pidfd' | 'fds' | 'warnings' | 'exited' | 'gone'> & {
      readonly referenced: boolean
    },
  ) {
    this.#client = client
    this.#id = id
    this.pid = known.pid
    this.pidfd = known.pidfd
    this.fds = known.fds
    this.warnings = known.warnings
    this.exited = known.exited
    this.gone = known.gone
    this.#referenced = known.referenced
    this.gone.then(() => {
      this.#isGone = true
      this.unref()
      closeQuietly(this.pidfd)
    })
  }

  /** Sends a signal to the process; false when it is gone already. @throws CofferdamError `ERR_SYSCALL` */
  kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    return !this.#isGone && pidfdSendSignal(this.pidfd, signal)
  }

  /** Kills the process and its descendants with SIGKILL and waits until they are gone. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#isGone) this.#client.kill(this.#id)
    await this.gone
  }

  /** Lets the event loop end while the process runs. */
  unref(): void {
    if (!this.#referenced) return
    this.#referenced = false
    this.#client.unref()
  }

  /** Undoes {@link unref}. */
  ref(): void {
    if (this.#referenced || this.#isGone) return
    this.#referenced = true
    this.#client.ref()
  }

  /** {@link LaunchedProcess.stop}, at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** The error of every launch under way when the spawner is lost. */
export function spawnerLost(): CofferdamError {
  return new CofferdamError('ERR_SPAWNER_LOST', 'the spawner process ended; what it had started was killed', {
    hint: 'something killed it (the OOM killer?); the next launch starts a new one',
  })
}
