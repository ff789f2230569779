import type { ClockOffset, IdMapping } from '../plan/clone.js'
import type { MountOp } from '../plan/mount-ops.js'
import type { JoinCgroupsOp, RlimitType } from '../plan/process-ops.js'

/** A new namespace (`true`), or one to join: an open descriptor or a path like `/proc/1/ns/net`. */
export type NamespaceChoice = boolean | number | string

/** Which namespaces the process is in; those left out are shared with the starter. */
export interface SpawnNamespaces {
  /** Mounts; what it mounts is seen by nobody else. */
  readonly mount?: NamespaceChoice
  /** Process ids: the process is 1 in a new one, and all of it ends with it. */
  readonly pid?: NamespaceChoice
  /** Links, addresses, ports; a new one has only a loopback device. */
  readonly net?: NamespaceChoice
  /** System V and POSIX message queues, semaphores, shared memory. */
  readonly ipc?: NamespaceChoice
  /** The view of cgroups: a new one shows the process's own as the root. */
  readonly cgroup?: NamespaceChoice
  /** Host and domain name. */
  readonly uts?: NamespaceChoice | { readonly hostname?: string; readonly domainname?: string }
  /** Clocks since boot, with offsets. */
  readonly time?: NamespaceChoice | { readonly monotonic?: ClockOffset; readonly boottime?: ClockOffset }
  /** `self` maps the starter to root inside, like `unshare --map-root-user`; `true` is the same. */
  readonly user?:
    | NamespaceChoice
    | { readonly map: 'self' }
    | { readonly uidMappings: readonly IdMapping[]; readonly gidMappings: readonly IdMapping[] }
}

/** The way into a cgroup. */
export interface SpawnCgroupEntry {
  /** Its directory in the v2 hierarchy: the process is born there (CLONE_INTO_CGROUP). */
  readonly fd?: number
  /** Its `tasks` files in v1 hierarchies, which the process joins first of all. */
  readonly tasks: JoinCgroupsOp['tasks']
  /** Closes the descriptors. */
  close(): void
}

/** What `spawn` needs of a cgroup; `Cgroup` of @cofferdam/cgroups is one. */
export interface SpawnCgroup {
  /** Opens the way in; it is closed when the process runs. */
  openEntry(): Promise<SpawnCgroupEntry>
  /** How many processes the kernel has killed in it for lack of memory; undefined without a memory cgroup. */
  oomKills?(): Promise<number | undefined>
}

/** Bit n is capability n (capabilities(7)). */
export interface CapabilitySets {
  readonly bounding: bigint
  readonly effective: bigint
  readonly permitted: bigint
  readonly inheritable: bigint
  readonly ambient: bigint
}

/** Where a descriptor of the process leads. */
export type StdioTarget = 'pipe' | 'ignore' | 'inherit' | number

/** Options of `spawn`. */
export interface SpawnOptions {
  /** Namespaces made new or joined; those of the starter unless given. */
  readonly namespaces?: SpawnNamespaces
  /** A directory, or a detached mount's descriptor, that becomes the root; needs a new mount namespace. */
  readonly rootfs?: string | number
  /** Mounts made in the rootfs (in the host's tree without one), in order; needs a new mount namespace. */
  readonly mounts?: readonly MountOp[]
  /** Mount a fresh /proc; by default when pid and mount namespaces are both new. */
  readonly proc?: boolean
  /** The cgroup it starts in; the starter's unless given. */
  readonly cgroup?: SpawnCgroup
  /** All five sets, or one value for all but ambient and inheritable. */
  readonly capabilities?: bigint | CapabilitySets
  /** Limits of setrlimit(2); one value is soft and hard. */
  readonly rlimits?: Readonly<
    Partial<
      Record<RlimitType, number | bigint | { readonly soft: number | bigint; readonly hard: number | bigint }>
    >
  >
  /** A compiled filter: an array of `struct sock_filter`. */
  readonly seccomp?: Uint8Array
  /** No gain of rights at exec by set-id bits or file capabilities (PR_SET_NO_NEW_PRIVS). */
  readonly noNewPrivileges?: boolean
  /** Numeric user; the starter's unless given. */
  readonly uid?: number
  /** Numeric group; the starter's unless given. */
  readonly gid?: number
  /** Supplementary groups; with `uid` or `gid` given they are emptied unless listed. */
  readonly groups?: readonly number[]
  /** Mask of modes of new files, such as 0o022. */
  readonly umask?: number
  /** Working directory, in the rootfs where there is one. */
  readonly cwd?: string
  /** The whole environment; the starter's own when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Three or more targets, or one for all three; `pipe` by default. */
  readonly stdio?: StdioTarget | readonly StdioTarget[]
  /** A pseudo-terminal instead of stdio. */
  readonly pty?: boolean | { readonly columns?: number; readonly rows?: number }
  /** Ends the launch, or kills the process with its descendants. */
  readonly signal?: AbortSignal
  /** Milliseconds after which the process is killed with its descendants. */
  readonly timeout?: number
  /** Bytes of stdout and stderr together after which the process is killed with its descendants. */
  readonly maxOutput?: number
}
