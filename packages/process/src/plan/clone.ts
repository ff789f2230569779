/** The eight kinds of namespace, named as config.json names them (namespaces(7)). */
export type NamespaceKind = 'mount' | 'pid' | 'network' | 'ipc' | 'uts' | 'user' | 'cgroup' | 'time'

/** One line of `/proc/PID/uid_map`: `size` ids from `hostID` on appear as `containerID` and following. */
export interface IdMapping {
  readonly containerID: number
  readonly hostID: number
  readonly size: number
}

/** Seconds and nanoseconds added to a clock (time_namespaces(7)). */
export interface ClockOffset {
  readonly secs: number
  readonly nanosecs: number
}

/** A namespace to enter before the process is made (setns(2)). */
export interface Join {
  readonly kind: NamespaceKind
  /** An open `/proc/PID/ns/KIND`, a bound namespace file, or a pidfd. */
  readonly fd: number
}

/** What clone3(2) gets, and what is done to the process from outside before its first op. */
export interface CloneSection {
  /** Namespaces made new. */
  readonly namespaces?: readonly NamespaceKind[]
  /**
   * Namespaces entered by an intermediate process, which then clones with CLONE_PARENT; user goes first whatever
   * the order here. Needed for pid, time and user; the others can also be entered by a `setns` op, which is cheaper.
   */
  readonly join?: readonly Join[]
  /** Clock offsets of a new time namespace, written by an intermediate process. */
  readonly timeOffsets?: { readonly monotonic?: ClockOffset; readonly boottime?: ClockOffset }
  /** An open directory of the v2 hierarchy: the process starts there (CLONE_INTO_CGROUP, Linux 5.7). */
  readonly cgroup?: number
  /** Written to the new user namespace by the spawner; left out, an outside helper does it at the first barrier. */
  readonly uidMappings?: readonly IdMapping[]
  readonly gidMappings?: readonly IdMapping[]
  /** `deny` writes `/proc/PID/setgroups` first, which an ordinary user needs (user_namespaces(7)). */
  readonly setgroups?: 'allow' | 'deny'
}
