import type { NamespaceKind } from './clone.js'
import type { FdRef } from './fd.js'

/** A failing op is reported in `warnings` and the launch goes on. */
export interface Optional {
  readonly optional?: boolean
}

/** Enters a namespace, like `nsenter` (setns(2)). Not pid, time or user: those are {@link CloneSection.join}. */
export interface SetnsOp {
  readonly op: 'setns'
  readonly fd: FdRef
  readonly kind: NamespaceKind
}

/**
 * Makes a namespace new at this point (unshare(2)): for a cgroup namespace, whose root is the cgroup the process is in
 * at that moment, and which clone3(2) takes from the parent even with CLONE_INTO_CGROUP.
 */
export interface UnshareOp {
  readonly op: 'unshare'
  readonly kind: 'cgroup'
}

/**
 * Moves the process into cgroups of v1 hierarchies: it writes `0` to each `tasks` file, opened for writing. Moving itself
 * takes none of the locks for which every other migration waits 5 to 15 ms (Linux 5.5). `name` is the hierarchy's, for
 * errors.
 */
export interface JoinCgroupsOp {
  readonly op: 'joinCgroups'
  readonly tasks: readonly { readonly name: string; readonly fd: FdRef }[]
}

/** Sets the loopback device up, like `ip link set lo up`. */
export interface LoopbackOp {
  readonly op: 'loopback'
}

/** A new session (setsid(2)). */
export interface SetsidOp {
  readonly op: 'setsid'
}

/** A session keyring of its own (keyctl(2) KEYCTL_JOIN_SESSION_KEYRING); an existing one of that name is joined. */
export interface KeyringOp extends Optional {
  readonly op: 'keyring'
  readonly name: string
}

/** Sets the host name, at most 64 bytes, like `hostname NAME` (sethostname(2)). In a UTS namespace of its own. */
export interface HostnameOp {
  readonly op: 'hostname'
  readonly name: string
}

/** Sets the NIS domain name, at most 64 bytes, like `domainname NAME` (setdomainname(2)). */
export interface DomainnameOp {
  readonly op: 'domainname'
  readonly name: string
}

/** Writes a sysctl through a procfs of our own, like `sysctl -w NAME=VALUE`; `name` with dots or slashes. */
export interface SysctlOp {
  readonly op: 'sysctl'
  readonly name: string
  readonly value: string
}

/** Names of setrlimit(2) in config.json's form. */
export type RlimitType =
  | 'RLIMIT_CPU'
  | 'RLIMIT_FSIZE'
  | 'RLIMIT_DATA'
  | 'RLIMIT_STACK'
  | 'RLIMIT_CORE'
  | 'RLIMIT_RSS'
  | 'RLIMIT_NPROC'
  | 'RLIMIT_NOFILE'
  | 'RLIMIT_MEMLOCK'
  | 'RLIMIT_AS'
  | 'RLIMIT_LOCKS'
  | 'RLIMIT_SIGPENDING'
  | 'RLIMIT_MSGQUEUE'
  | 'RLIMIT_NICE'
  | 'RLIMIT_RTPRIO'
  | 'RLIMIT_RTTIME'

/** `Infinity` is RLIM_INFINITY. */
export interface RlimitOp extends Optional {
  readonly op: 'rlimit'
  readonly type: RlimitType
  readonly soft: number | bigint
  readonly hard: number | bigint
}

/** Writes `/proc/self/oom_score_adj` (-1000 to 1000). */
export interface OomScoreAdjOp extends Optional {
  readonly op: 'oomScoreAdj'
  readonly value: number
}

/** Sets the mask of modes of new files, such as 0o022 (umask(2)). */
export interface UmaskOp {
  readonly op: 'umask'
  readonly mask: number
}

/** PR_SET_NO_NEW_PRIVS. */
export interface NoNewPrivilegesOp {
  readonly op: 'noNewPrivileges'
}

/** Drops every capability that is not in `keep` (bit n is capability n) from the bounding set. Before `user`. */
export interface BoundingSetOp {
  readonly op: 'boundingSet'
  readonly keep: bigint
}

/** setgroups, setresgid, setresuid; PDEATHSIG is set again. `keepCapabilities` keeps permitted ones (PR_SET_KEEPCAPS). */
export interface UserOp {
  readonly op: 'user'
  readonly uid: number
  readonly gid: number
  /** Left out, the list is untouched (setgroups denied in an ordinary user's namespace); `[]` empties it. */
  readonly groups?: readonly number[]
  readonly keepCapabilities?: boolean
}

/** capset(2) and the ambient set, after `user`. What the process does not have is left out and warned of. */
export interface CapabilitiesOp {
  readonly op: 'capabilities'
  readonly effective: bigint
  readonly permitted: bigint
  readonly inheritable: bigint
  readonly ambient: bigint
}

/**
 * Loads a classic BPF filter (an array of `struct sock_filter`, 8 bytes each). Put it before `user` where
 * no_new_privs is off, and last where it is on.
 */
export interface SeccompOp {
  readonly op: 'seccomp'
  readonly filter: Uint8Array
  /** SECCOMP_FILTER_FLAG_* bits (seccomp(2)). */
  readonly flags?: number
  /** Adds SECCOMP_FILTER_FLAG_NEW_LISTENER; the descriptor arrives under this name in `fds` of the launch. */
  readonly listener?: boolean
}

/** Sets the execution domain, `PER_LINUX32` for example, like `setarch` (personality(2)). */
export interface PersonalityOp {
  readonly op: 'personality'
  readonly persona: number
}

/** sched_setattr(2). */
export interface SchedulerOp {
  readonly op: 'scheduler'
  readonly policy: number
  readonly flags?: number
  readonly nice?: number
  readonly priority?: number
  readonly runtime?: number | bigint
  readonly deadline?: number | bigint
  readonly period?: number | bigint
}

/** ioprio_set(2): class 1 realtime, 2 best effort, 3 idle; priority 0 to 7. */
export interface IoPriorityOp {
  readonly op: 'ioPriority'
  readonly class: number
  readonly priority: number
}

/** set_mempolicy(2): `mode` with flags, nodes as a bit mask of 64 nodes. */
export interface MemoryPolicyOp {
  readonly op: 'memoryPolicy'
  readonly mode: number
  readonly nodes: bigint
}

/** sched_setaffinity(2) with a bit mask of CPUs, lowest byte first. */
export interface CpuAffinityOp {
  readonly op: 'cpuAffinity'
  readonly cpus: Uint8Array
}

/** Writes an LSM's label for the next exec, `/proc/thread-self/attr/ATTR`. */
export interface LabelOp {
  readonly op: 'label'
  readonly attr: 'exec' | 'apparmor/exec' | 'keycreate' | 'sockcreate'
  readonly value: string
}

/** What is done to the process itself: namespaces, identity, limits, filter. */
export type ProcessOp =
  | SetnsOp
  | UnshareOp
  | JoinCgroupsOp
  | LoopbackOp
  | SetsidOp
  | KeyringOp
  | HostnameOp
  | DomainnameOp
  | SysctlOp
  | RlimitOp
  | OomScoreAdjOp
  | UmaskOp
  | NoNewPrivilegesOp
  | BoundingSetOp
  | UserOp
  | CapabilitiesOp
  | SeccompOp
  | PersonalityOp
  | SchedulerOp
  | IoPriorityOp
  | MemoryPolicyOp
  | CpuAffinityOp
  | LabelOp
