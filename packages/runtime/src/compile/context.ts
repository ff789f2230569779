import type { FdRef, JoinCgroupsOp, NamespaceKind } from '@cofferdam/process'
import type { CgroupLayout } from '@cofferdam/rootfs'
import type { CompiledSeccomp } from '@cofferdam/security'

/** Names of the barriers of a container's launch plan: the child waits there until the runtime has done its part. */
export const Barrier = {
  /** After the mounts, before pivot_root: the hooks prestart and createRuntime. */
  createRuntime: 'createRuntime',
  /** Everything but the program: what `create` waits for. */
  created: 'created',
} as const

/** How the container gets into its cgroup, if it has one, and what it sees of it. */
export interface CgroupAccess {
  /** v2 and hybrid: made there by clone3(2). */
  readonly fd?: number
  /** v1 and hybrid: joined by the process itself. */
  readonly tasks: JoinCgroupsOp['tasks']
  readonly layout: CgroupLayout
}

/** Standard input, output and error: descriptors, or a pseudo-terminal. */
export type StdioPlan =
  | { readonly kind: 'fds'; readonly fds: readonly FdRef[] }
  | { readonly kind: 'pty'; readonly columns?: number; readonly rows?: number }

/** What a specification does not say and the compiler needs. */
export interface CompileContext {
  readonly id: string
  /** Directory that relative paths of the specification count from; `/` without a bundle. */
  readonly bundle: string
  /** The root file system: a detached mount, or a directory. */
  readonly rootfs: { readonly fd: number } | { readonly path: string }
  /** Open descriptors of the namespaces to be joined, by kind. */
  readonly namespaces: Partial<Record<NamespaceKind, number>>
  readonly cgroup: CgroupAccess
  readonly stdio: StdioPlan
  /** Where the process waits for `start`: not at all, or for a byte from a descriptor. */
  readonly start: 'at-once' | { readonly fd: number }
  /** HOME of the user, where the environment has none. */
  readonly home: string
  /** The state that hooks inside the container read. */
  readonly hookState?: (status: 'creating' | 'created', pid: number) => string
  /** The filter of `linux.seccomp`, when it is compiled already. */
  readonly filter?: CompiledSeccomp
  /** Outlives this process. */
  readonly detached?: boolean
  /** A small init as pid 1 above the program. */
  readonly init?: boolean
  /** Supplementary groups cannot be set, as in a user namespace that an ordinary user makes (user_namespaces(7)). */
  readonly fixedGroups?: boolean
  /** Descriptors above 2 that the program gets, from 3 on. */
  readonly extraFds?: readonly FdRef[]
}
