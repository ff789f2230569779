import type { PublishedPort } from '@cofferdam/network'
import type { ContainerStatus } from './state/records.js'

/** What `list()` tells of a container. */
export interface ContainerSummary {
  readonly id: string
  readonly name: string
  readonly image: string
  /** The argument vector that runs in it. */
  readonly command: readonly string[]
  readonly status: ContainerStatus
  readonly created: Date
  readonly started: Date | undefined
  readonly finished: Date | undefined
  /** Pid of its first process on the host, while it runs. */
  readonly pid: number | undefined
  readonly exitCode: number | null
  readonly signal: string | null
  /** Undefined while it runs, and where there was no memory cgroup. */
  readonly oomKilled: boolean | undefined
  /** Why the exit is not known, as of {@link ExitStatus}. */
  readonly reason?: string
  /** It has a monitor and outlives the process that started it. */
  readonly detached: boolean
  /** Address on its bridge network, while it runs. */
  readonly address: string | undefined
  readonly ports: readonly PublishedPort[]
  readonly labels: Readonly<Record<string, string>>
}

/** How a process ended: exactly one of `exitCode` and `signal` is not null, both are null when nobody saw it. */
export interface ExitStatus {
  readonly exitCode: number | null
  /** Name of the signal that killed it, like `SIGKILL`. */
  readonly signal: string | null
  /** Whether the kernel killed it for want of memory; undefined without a memory cgroup. */
  readonly oomKilled: boolean | undefined
  /** `monitor-lost`, `spawner-lost`: that was killed, and it with it; `start-failed`: its program never ran. */
  readonly reason?: string
}

/** Result of a collecting run or exec; a thrown {@link ContainerExitError} has the same fields. */
export interface RunResult extends ExitStatus {
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
  /** Killed by the `timeout` option. */
  readonly timedOut: boolean
  /** Killed because the `signal` option aborted. */
  readonly isCanceled: boolean
  readonly failed: boolean
  readonly command: readonly string[]
  readonly usage: Usage
}

/** What a container used. */
export interface Usage {
  /** Most memory at once in bytes; undefined without a memory cgroup. */
  readonly memoryPeak: number | undefined
  /** CPU time in milliseconds; undefined without a cpu cgroup. */
  readonly cpuMs: number | undefined
}

/** One line of a container's output. */
export interface LogLine {
  readonly stream: 'stdout' | 'stderr'
  /** Without its line end. */
  readonly line: string
  readonly time: Date
}

/** Options of `container.logs()`. */
export interface LogsOptions {
  /** Waits for more until the container exits. */
  readonly follow?: boolean
  /** Only the last lines. */
  readonly tail?: number
  readonly since?: Date
  readonly until?: Date
  readonly signal?: AbortSignal
}

/** Options of `container.exec()`. */
export interface ExecOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly user?: string
  readonly workdir?: string
  readonly input?: string | Uint8Array
  readonly timeout?: number | string
  readonly maxOutput?: number | string
  /** False returns the result of a failed command instead of throwing it. */
  readonly reject?: boolean
  readonly signal?: AbortSignal
}

/** What `images()` tells of an image. */
export interface ImageSummary {
  /** Familiar name with its tag, like `alpine:3.22`; undefined for an image without a name. */
  readonly name: string | undefined
  /** Digest of the manifest or index. */
  readonly digest: string
  /** Digest of the configuration: what Docker calls the image id. */
  readonly id: string
  readonly platform: string
  /** Bytes of the compressed layers and documents. */
  readonly size: number
  readonly created: Date | undefined
}

/** One blob's progress during a pull. */
export interface PullProgress {
  readonly digest: string
  readonly current: number
  readonly total: number
  /** `exists` and `mounted`: nothing had to travel. */
  readonly status: 'exists' | 'mounted' | 'transferring' | 'done'
}
