import { constants, openSync } from 'node:fs'
import { MOUNT_ATTR, launch, pipeStream, type LaunchPlan } from '@cofferdam/process'
import { capabilityMask, compileSeccomp } from '@cofferdam/security'
import { AT_EMPTY_PATH, OPEN_TREE_CLONE, closeQuietly, openTree, pipe, programPath } from '@cofferdam/sys'
import type { LayerProgram, LayerStarter } from './program.js'

/** What owners, devices, set-id bits and file capabilities need. */
const capabilities = capabilityMask([
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_MKNOD',
  'CAP_SETFCAP',
])

/** Between the filter and the program's main(): the rest of the launch, and the start of a static program. */
const startCalls = [
  ...['poll', 'ppoll', 'execveat', 'arch_prctl', 'set_tid_address', 'set_robust_list', 'rseq', 'prlimit64'],
  ...['getrandom', 'readlink', 'uname', 'umask', 'rt_sigaction', 'geteuid', 'getegid', 'clone', 'clone3'],
  ...['prctl', 'seccomp', 'gettid', 'getpid', 'tgkill'],
]

/** What the unpacker does; it forbids itself the others as soon as its threads run. */
const workCalls = [
  ...['read', 'pread64', 'write', 'openat', 'openat2', 'close', 'utimensat', 'futex', 'mkdirat', 'symlinkat'],
  ...['linkat', 'mknodat', 'unlinkat', 'readlinkat', 'newfstatat', 'fstat', 'lseek', 'getdents64', 'fchown'],
  ...['fchownat', 'fchmod', 'fchmodat', 'fsetxattr', 'fcntl', 'brk', 'mmap', 'mremap', 'madvise', 'munmap'],
  ...['mprotect', 'rt_sigprocmask', 'rt_sigreturn', 'exit', 'exit_group', 'restart_syscall', 'sched_yield'],
  'sched_getaffinity', // zig's malloc counts the processors
]

function filter(): Uint8Array {
  return compileSeccomp({
    defaultAction: 'SCMP_ACT_KILL_PROCESS',
    syscalls: [{ names: [...workCalls, ...startCalls], action: 'SCMP_ACT_ALLOW' }],
  }).filter
}

/**
 * The plan that starts the unpacker: the layer's directory is its root, in new mount, pid, ipc and network namespaces,
 * with the capabilities that a layer's files need and a short list of system calls.
 */
export function layerPlan(fds: {
  readonly program: number
  readonly root: number
  readonly control: number
  readonly reply: number
  readonly null: number
  readonly blob: number
}): LaunchPlan {
  const { NOSUID, NODEV, NOEXEC } = MOUNT_ATTR
  return {
    clone: { namespaces: ['mount', 'pid', 'ipc', 'network'] },
    ops: [
      { op: 'propagation', mode: 'private', recursive: true },
      { op: 'root', fd: fds.root, attrs: { set: NOSUID | NODEV | NOEXEC } },
      { op: 'stdio', fds: [fds.control, fds.reply, fds.null, fds.blob] },
      { op: 'pivotRoot' },
      { op: 'rlimit', type: 'RLIMIT_CORE', soft: 0, hard: 0 },
      { op: 'noNewPrivileges' },
      { op: 'boundingSet', keep: capabilities },
      {
        op: 'capabilities',
        ...{ effective: capabilities, permitted: capabilities, inheritable: 0n, ambient: 0n },
      },
      { op: 'seccomp', filter: filter() },
    ],
    exec: { args: ['layer'], env: [], fd: fds.program },
  }
}

/** Starts `layer` confined as {@link layerPlan} says. Needs CAP_SYS_ADMIN. `program` is another build of it. */
export function confinedStarter(options: { readonly program?: string } = {}): LayerStarter {
  return {
    directoryIsFd: false,
    start: ({ blob, directory }) => startConfined(options.program ?? programPath('layer'), blob, directory),
  }
}

async function startConfined(path: string, blob: number, directory: number): Promise<LayerProgram> {
  const opened: number[] = []
  const keep = (fd: number): number => {
    opened.push(fd)
    return fd
  }
  const control = pipe({ write: true })
  const reply = pipe({ read: true })
  keep(control.read)
  keep(reply.write)
  try {
    const process = await launch(
      layerPlan({
        program: keep(openSync(path, constants.O_RDONLY)),
        root: keep(openTree(directory, '', OPEN_TREE_CLONE | AT_EMPTY_PATH)),
        control: control.read,
        reply: reply.write,
        null: keep(openSync('/dev/null', constants.O_RDWR)),
        blob,
      }),
    )
    return {
      input: pipeStream(control.write, 'write'),
      output: pipeStream(reply.read, 'read'),
      ended: process.gone.then(async () => {
        const { exitCode, signal } = await process.exited
        return signal ?? `status ${exitCode}`
      }),
      kill: () => void process.stop(),
    }
  } catch (error) {
    closeQuietly(control.write)
    closeQuietly(reply.read)
    throw error
  } finally {
    for (const fd of opened) closeQuietly(fd)
  }
}
