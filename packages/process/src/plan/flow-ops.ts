import type { FdRef } from './fd.js'

/**
 * Opens a pseudo-terminal and makes it stdio 0 to 2 and the controlling terminal (put `setsid` before, leave `stdio`
 * out). The master arrives as `pty` in `fds` of the launch. Inside a root, `/dev/pts/ptmx` of the container is used and
 * verified to be devpts; the terminal is found by TIOCGPTPEER, never by name.
 */
export interface PtyOp {
  readonly op: 'pty'
  readonly columns?: number
  readonly rows?: number
  /** Owner of the terminal. */
  readonly uid?: number
  /** Mount it on `/dev/console` of the container's root. */
  readonly console?: boolean
  /** Use the host's `/dev/ptmx` even when there is a root. */
  readonly host?: boolean
}

/** Descriptors 0, 1, 2, ... of the program; all others are closed at exec. */
export interface StdioOp {
  readonly op: 'stdio'
  readonly fds: readonly FdRef[]
}

/** Runs a program inside the process's namespaces at this point and waits for it; a status but 0 is a failure. */
export interface HookOp {
  readonly op: 'hook'
  readonly path: string
  readonly args: readonly string[]
  readonly env?: readonly string[]
  /** What it reads from stdin (at most 60 KiB). */
  readonly stdin?: string
  /** Milliseconds; killed and a failure (ETIMEDOUT) after that. */
  readonly timeout?: number
}

/** Tells Node and waits until its handler is done; a handler that throws ends the launch. */
export interface BarrierOp {
  readonly op: 'barrier'
  readonly name: string
}

/**
 * Waits. Without `fd` it is the barrier named `start`. With one, reads a byte of a pipe, FIFO or eventfd; of a listening
 * SOCK_SEQPACKET unix socket it accepts a connection, waits for an i32 (0: go on, else an errno) and reports
 * failures there.
 */
export interface WaitForStartOp {
  readonly op: 'waitForStart'
  readonly fd?: FdRef
}

/** chdir(2), then a check that the directory is inside the root (CVE-2024-21626). */
export interface CwdOp {
  readonly op: 'cwd'
  readonly path: string
  /** Make it if it is missing. */
  readonly create?: boolean
  /** EACCES and EPERM are left to a second `cwd` op after `user`. */
  readonly lenient?: boolean
}

/** Finds the program of the exec section now, so that it is missed before the start. */
export interface LookupOp {
  readonly op: 'lookup'
}

/** Terminal, stdio, hooks, pauses and the working directory. */
export type FlowOp = PtyOp | StdioOp | HookOp | BarrierOp | WaitForStartOp | CwdOp | LookupOp

/** The program (execve(2)). */
export interface ExecSection {
  /** `args[0]` is the program unless `path` or `fd` is given; without a slash it is looked up in `search`. */
  readonly args: readonly string[]
  /** `NAME=value` each. */
  readonly env: readonly string[]
  /** The program's path, when it is not `args[0]`. */
  readonly path?: string
  /** An open program: execveat(2) with AT_EMPTY_PATH. */
  readonly fd?: FdRef
  /** Directories that a name without a slash is looked up in (PATH, split). */
  readonly search?: readonly string[]
  /**
   * The process stays as a small init above the program, which runs as its child: it forwards signals, reaps orphans,
   * and exits with the program's status or 128 and its signal (like `docker run --init`). For pid 1 of a namespace.
   */
  readonly init?: boolean
}
