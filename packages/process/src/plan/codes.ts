import type { FlowOp } from './flow-ops.js'
import type { MountOp } from './mount-ops.js'

/** Names of the {@link MountOp}s, in the order of `enum op_code`. */
export const mountOps: readonly MountOp['op'][] = [
  'propagation',
  'root',
  'fsmount',
  'bind',
  'attach',
  'setAttr',
  'reconfigure',
  'mkdir',
  'symlink',
  'mknod',
  'mask',
  'readonlyPaths',
  'pivotRoot',
]

/** Names of the {@link FlowOp}s, in the order of `enum op_code`. */
export const flowOps: readonly FlowOp['op'][] = [
  'pty',
  'stdio',
  'hook',
  'barrier',
  'waitForStart',
  'cwd',
  'lookup',
]

/** `enum op_code` of sys/native/include/plan.h, in its order. */
export const OP = Object.fromEntries(
  [
    'setns',
    'timeOffsets',
    'setsid',
    'keyring',
    ...mountOps,
    'hostname',
    'domainname',
    'sysctl',
    'rlimit',
    'oomScoreAdj',
    'umask',
    'noNewPrivileges',
    'boundingSet',
    'user',
    'capabilities',
    'seccomp',
    'personality',
    'scheduler',
    'ioPriority',
    'memoryPolicy',
    'cpuAffinity',
    'label',
    ...flowOps,
    'unshare',
    'loopback',
    'joinCgroups',
    'exec',
  ].map((name, index) => [name, index + 1]),
) as Record<string, number>

/** CLONE_NEW* of each kind of namespace (clone(2), setns(2)). */
export const CLONE_NEW = {
  time: 0x80,
  mount: 0x20000,
  cgroup: 0x2000000,
  uts: 0x4000000,
  ipc: 0x8000000,
  user: 0x10000000,
  pid: 0x20000000,
  network: 0x40000000,
} as const

/** Numbers of RLIMIT_* (setrlimit(2)); the same on x86-64 and arm64. */
export const RLIMIT = {
  RLIMIT_CPU: 0,
  RLIMIT_FSIZE: 1,
  RLIMIT_DATA: 2,
  RLIMIT_STACK: 3,
  RLIMIT_CORE: 4,
  RLIMIT_RSS: 5,
  RLIMIT_NPROC: 6,
  RLIMIT_NOFILE: 7,
  RLIMIT_MEMLOCK: 8,
  RLIMIT_AS: 9,
  RLIMIT_LOCKS: 10,
  RLIMIT_SIGPENDING: 11,
  RLIMIT_MSGQUEUE: 12,
  RLIMIT_NICE: 13,
  RLIMIT_RTPRIO: 14,
  RLIMIT_RTTIME: 15,
} as const

/** MS_* of mount(2) that change propagation. */
export const MS = {
  unbindable: 1 << 17,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
  REC: 16384,
} as const
