import type { PortRequest } from '@cofferdam/network'
import type { VolumeSource } from '@cofferdam/volumes'

/** Resource limits of a container. */
export interface Limits {
  /** Memory in bytes or text like `64MiB` (like `docker run -m`). Swap is not added on top. */
  readonly memory?: number | string
  /** CPU time in cores, like `0.5` (like `--cpus`): a CFS quota over 100 ms. */
  readonly cpus?: number
  /** Relative CPU weight, 2 to 262144, 1024 is normal (like `--cpu-shares`). */
  readonly cpuShares?: number
  /** CPUs that may be used, like `0-1,3` (like `--cpuset-cpus`). */
  readonly cpuset?: string
  /** Most processes and threads at once (like `--pids-limit`). */
  readonly pids?: number
}

/** What a container is made of and how it runs; every field is optional. */
export interface ContainerOptions {
  /** Replaces the image's CMD. */
  readonly command?: readonly string[]
  /** Replaces the image's ENTRYPOINT (and drops its CMD, like `docker run --entrypoint`). */
  readonly entrypoint?: string | readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly workdir?: string
  /** `name`, `uid`, `name:group` or `uid:gid`, names from the image's own files. */
  readonly user?: string
  /** Unique name; a random one unless given. */
  readonly name?: string
  readonly hostname?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly limits?: Limits
  /** Container ports (a free host port is chosen) or texts like `8080:80`, `127.0.0.1:53:53/udp`, `8000-8003:80-83`. */
  readonly ports?: readonly (number | string | PortRequest)[]
  /** Mount points: `bind('/host')`, `tmpfs('64MiB')`, or the path of a host directory. */
  readonly volumes?: Readonly<Record<string, VolumeSource | string>>
  /** `bridge` (default), `host`, `none`, `container:NAME`, or the name of a network of this engine. */
  readonly network?: string
  /** A terminal; one output stream instead of two. */
  readonly tty?: boolean | { readonly columns: number; readonly rows: number }
  /** Keeps standard input open as a pipe (like `-i`). */
  readonly stdin?: boolean
  /** A small init as pid 1 that forwards signals and reaps (like `--init`). */
  readonly init?: boolean
  /** Root file system read-only. */
  readonly readonlyRootfs?: boolean
  readonly capAdd?: readonly string[]
  readonly capDrop?: readonly string[]
  /** False loads no seccomp filter. */
  readonly seccomp?: boolean
  /** No program in it gains rights by setuid bits or file capabilities (like `--security-opt no-new-privileges`). */
  readonly noNewPrivileges?: boolean
  /** Replaces the image's STOPSIGNAL. */
  readonly stopSignal?: string
  /** When to ask a registry: `missing` (default), `always`, `never`. */
  readonly pull?: 'missing' | 'always' | 'never'
  /** Platform of the image, like `linux/arm64`; this machine's unless given. */
  readonly platform?: string
  /** Stops the start, or what runs, when aborted. */
  readonly signal?: AbortSignal
}

/** Options of a collecting run. */
export interface RunOptions extends ContainerOptions {
  /** Kills the container after this time: milliseconds or a text like `5s`. */
  readonly timeout?: number | string
  /** Most bytes kept of each stream, `16MiB` unless given; the run fails when there is more. */
  readonly maxOutput?: number | string
  /** Written to standard input, which is then closed. */
  readonly input?: string | Uint8Array
  /** False returns the result of a failed run instead of throwing it. */
  readonly reject?: boolean
}
