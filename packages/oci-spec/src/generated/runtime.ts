// Generated from schemas/runtime by `npm run codegen`.

/**
 * Kind of a namespace.
 */
export type NamespaceType = 'mount' | 'pid' | 'network' | 'uts' | 'ipc' | 'user' | 'cgroup' | 'time'
/**
 * Return action of a filter. seccomp(2).
 */
export type SeccompAction =
  | 'SCMP_ACT_KILL'
  | 'SCMP_ACT_KILL_PROCESS'
  | 'SCMP_ACT_KILL_THREAD'
  | 'SCMP_ACT_TRAP'
  | 'SCMP_ACT_ERRNO'
  | 'SCMP_ACT_TRACE'
  | 'SCMP_ACT_ALLOW'
  | 'SCMP_ACT_LOG'
  | 'SCMP_ACT_NOTIFY'
/**
 * Comparison of an argument.
 */
export type SeccompOperator =
  | 'SCMP_CMP_NE'
  | 'SCMP_CMP_LT'
  | 'SCMP_CMP_LE'
  | 'SCMP_CMP_EQ'
  | 'SCMP_CMP_GE'
  | 'SCMP_CMP_GT'
  | 'SCMP_CMP_MASKED_EQ'
/**
 * Architecture of a system call, libseccomp's names.
 */
export type SeccompArch =
  | 'SCMP_ARCH_X86'
  | 'SCMP_ARCH_X86_64'
  | 'SCMP_ARCH_X32'
  | 'SCMP_ARCH_ARM'
  | 'SCMP_ARCH_AARCH64'
  | 'SCMP_ARCH_LOONGARCH64'
  | 'SCMP_ARCH_M68K'
  | 'SCMP_ARCH_MIPS'
  | 'SCMP_ARCH_MIPS64'
  | 'SCMP_ARCH_MIPS64N32'
  | 'SCMP_ARCH_MIPSEL'
  | 'SCMP_ARCH_MIPSEL64'
  | 'SCMP_ARCH_MIPSEL64N32'
  | 'SCMP_ARCH_PPC'
  | 'SCMP_ARCH_PPC64'
  | 'SCMP_ARCH_PPC64LE'
  | 'SCMP_ARCH_S390'
  | 'SCMP_ARCH_S390X'
  | 'SCMP_ARCH_SH'
  | 'SCMP_ARCH_SHEB'
  | 'SCMP_ARCH_PARISC'
  | 'SCMP_ARCH_PARISC64'
  | 'SCMP_ARCH_RISCV64'
/**
 * Flag of seccomp(2)'s SECCOMP_SET_MODE_FILTER.
 */
export type SeccompFlag =
  | 'SECCOMP_FILTER_FLAG_TSYNC'
  | 'SECCOMP_FILTER_FLAG_LOG'
  | 'SECCOMP_FILTER_FLAG_SPEC_ALLOW'
  | 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'
/**
 * Where a container is in its life.
 */
export type ContainerStatus = 'creating' | 'created' | 'running' | 'stopped'

/**
 * What a runtime can do on Linux; null where it does not say. runtime-spec features-linux.md.
 */
export interface LinuxFeatures {
  namespaces?: NamespaceType[]
  capabilities?: string[]
  cgroup?: CgroupFeatures
  seccomp?: SeccompFeatures
  apparmor?: Feature
  selinux?: Feature
  intelRdt?: Feature
  memoryPolicy?: MemoryPolicyFeatures
  mountExtensions?: MountExtensions
  netDevices?: Feature
}
/**
 * Control group versions and managers the runtime knows.
 */
export interface CgroupFeatures {
  v1?: boolean
  v2?: boolean
  systemd?: boolean
  systemdUser?: boolean
  rdma?: boolean
}
/**
 * What the runtime's seccomp compiler knows.
 */
export interface SeccompFeatures {
  enabled?: boolean
  actions?: SeccompAction[]
  operators?: SeccompOperator[]
  archs?: SeccompArch[]
  knownFlags?: SeccompFlag[]
  supportedFlags?: SeccompFlag[]
}
/**
 * Whether something is compiled in, whatever the host.
 */
export interface Feature {
  enabled?: boolean
}
/**
 * NUMA policies the runtime knows.
 */
export interface MemoryPolicyFeatures {
  modes?: string[]
  flags?: string[]
}
/**
 * Mount features beside options.
 */
export interface MountExtensions {
  idmap?: Feature
}
/**
 * What a runtime can do, as `runtime features` prints it. runtime-spec features.md.
 */
export interface Features {
  ociVersionMin: string
  ociVersionMax: string
  /**
   * Names of the hooks it runs.
   */
  hooks?: string[]
  /**
   * Mount options it knows.
   */
  mountOptions?: string[]
  linux?: LinuxFeatures
  annotations?: {
    [k: string]: string
  }
  /**
   * Annotations that change what the runtime does; a trailing dot means a prefix.
   */
  potentiallyUnsafeConfigAnnotations?: string[]
}
/**
 * FreeBSD-specific configuration; this project runs containers of Linux only.
 */
export interface Freebsd {
  jail?: Jail
}
/**
 * How a jail shares resources with its parent.
 */
export interface Jail {
  host?: 'new' | 'inherit'
  vnet?: 'new' | 'inherit'
  ip4?: 'disable' | 'new' | 'inherit'
  ip6?: 'disable' | 'new' | 'inherit'
  sysvmsg?: 'disable' | 'new' | 'inherit'
  sysvsem?: 'disable' | 'new' | 'inherit'
  sysvshm?: 'disable' | 'new' | 'inherit'
}
/**
 * Linux-specific configuration. runtime-spec config-linux.md.
 */
export interface Linux {
  /**
   * Namespaces to make or join; each type once, absent ones are the runtime's own.
   */
  namespaces?: Namespace[]
  /**
   * User ids of the user namespace.
   */
  uidMappings?: IdMapping[]
  /**
   * Group ids of the user namespace.
   */
  gidMappings?: IdMapping[]
  /**
   * Devices made beside the default ones.
   */
  devices?: Device[]
  /**
   * Network devices of the runtime's namespace to move into the container's, by their name.
   */
  netDevices?: {
    [k: string]: NetDevice
  }
  /**
   * Absolute: below the hierarchy's mount point; relative: where the runtime chooses; `slice:prefix:name` for systemd.
   */
  cgroupsPath?: string
  resources?: Resources
  seccomp?: Seccomp
  /**
   * Kernel parameters of the container's namespaces, by their dotted name.
   */
  sysctl?: {
    [k: string]: string
  }
  /**
   * Propagation of the container's root mount.
   */
  rootfsPropagation?: 'private' | 'shared' | 'slave' | 'unbindable'
  /**
   * Paths that cannot be read inside.
   */
  maskedPaths?: string[]
  /**
   * Paths that cannot be written inside.
   */
  readonlyPaths?: string[]
  /**
   * SELinux context of the mounts.
   */
  mountLabel?: string
  intelRdt?: IntelRdt
  memoryPolicy?: MemoryPolicy
  personality?: Personality
  timeOffsets?: TimeOffsets
}
/**
 * A namespace of the container. namespaces(7).
 */
export interface Namespace {
  type: NamespaceType
  /**
   * File of an existing namespace to join, as seen by the runtime; a new one is made unless given.
   */
  path?: string
}
/**
 * A range of ids, one line of /proc/PID/uid_map. user_namespaces(7).
 */
export interface IdMapping {
  /**
   * First id inside.
   */
  containerID: number
  /**
   * First id outside.
   */
  hostID: number
  /**
   * How many ids.
   */
  size: number
}
/**
 * A device node. mknod(2).
 */
export interface Device {
  /**
   * Character, block, unbuffered character device, or fifo.
   */
  type: 'c' | 'b' | 'u' | 'p'
  /**
   * Path inside the container.
   */
  path: string
  /**
   * Required unless a fifo.
   */
  major?: number
  /**
   * Required unless a fifo.
   */
  minor?: number
  /**
   * Permission bits, in decimal.
   */
  fileMode?: number
  uid?: number
  gid?: number
}
/**
 * What becomes of a moved network device.
 */
export interface NetDevice {
  /**
   * Its name inside, at most 15 bytes.
   */
  name?: string
}
/**
 * Limits of the container's control group. runtime-spec config-linux.md, Control groups.
 */
export interface Resources {
  /**
   * Files of cgroup v2 and their content, like `memory.high`.
   */
  unified?: {
    [k: string]: string
  }
  memory?: Memory
  cpu?: Cpu
  pids?: Pids
  /**
   * Rules of device access, later ones win.
   */
  devices?: DeviceRule[]
  blockIO?: BlockIo
  hugepageLimits?: HugepageLimit[]
  network?: NetworkLimits
  /**
   * Limits by the name of an RDMA device.
   */
  rdma?: {
    [k: string]: Rdma
  }
}
/**
 * Memory limits in bytes; -1 is no limit.
 */
export interface Memory {
  /**
   * memory.max.
   */
  limit?: number
  /**
   * memory.low; a soft limit on v1.
   */
  reservation?: number
  /**
   * Memory and swap together.
   */
  swap?: number
  /**
   * Kernel memory, v1; ignored by kernels since 5.4.
   */
  kernel?: number
  /**
   * TCP buffers, v1.
   */
  kernelTCP?: number
  /**
   * v1 only.
   */
  swappiness?: number
  /**
   * v1 only.
   */
  disableOOMKiller?: boolean
  /**
   * v1 only.
   */
  useHierarchy?: boolean
  /**
   * Refuse a limit below what is in use.
   */
  checkBeforeUpdate?: boolean
}
/**
 * CPU shares and bandwidth; times in microseconds.
 */
export interface Cpu {
  /**
   * Relative weight, 2 to 262144 (v1); converted to cpu.weight.
   */
  shares?: number
  /**
   * Time in each period; -1 is no limit.
   */
  quota?: number
  /**
   * Time that may be saved up.
   */
  burst?: number
  /**
   * Length of a period.
   */
  period?: number
  /**
   * v1 only.
   */
  realtimeRuntime?: number
  /**
   * v1 only.
   */
  realtimePeriod?: number
  /**
   * cpuset.cpus, like `0-3,7`.
   */
  cpus?: string
  /**
   * cpuset.mems.
   */
  mems?: string
  /**
   * cpu.idle: 1 for SCHED_IDLE.
   */
  idle?: number
}
/**
 * Limit of tasks.
 */
export interface Pids {
  /**
   * pids.max; 0 or below is no limit.
   */
  limit?: number
}
/**
 * One rule of device access, like a line of devices.allow (v1).
 */
export interface DeviceRule {
  allow: boolean
  /**
   * All, character or block; all unless given.
   */
  type?: 'a' | 'c' | 'b'
  /**
   * All unless given.
   */
  major?: number
  /**
   * All unless given.
   */
  minor?: number
  /**
   * Of r, w and m.
   */
  access?: string
}
/**
 * Block I/O weights and throttles.
 */
export interface BlockIo {
  /**
   * 10 to 1000; 0 is the default.
   */
  weight?: number
  /**
   * v1 only.
   */
  leafWeight?: number
  weightDevice?: WeightDevice[]
  /**
   * Bytes a second.
   */
  throttleReadBpsDevice?: ThrottleDevice[]
  /**
   * Bytes a second.
   */
  throttleWriteBpsDevice?: ThrottleDevice[]
  /**
   * Operations a second.
   */
  throttleReadIOPSDevice?: ThrottleDevice[]
  /**
   * Operations a second.
   */
  throttleWriteIOPSDevice?: ThrottleDevice[]
}
/**
 * Weight for one device.
 */
export interface WeightDevice {
  major: number
  minor: number
  weight?: number
  /**
   * v1 only.
   */
  leafWeight?: number
}
/**
 * Upper rate for one device.
 */
export interface ThrottleDevice {
  major: number
  minor: number
  rate?: number
}
/**
 * Limit of huge pages of one size.
 */
export interface HugepageLimit {
  pageSize: string
  /**
   * Bytes.
   */
  limit: number
}
/**
 * Network class and priorities (v1: net_cls, net_prio).
 */
export interface NetworkLimits {
  classID?: number
  priorities?: InterfacePriority[]
}
/**
 * Priority of traffic over one interface.
 */
export interface InterfacePriority {
  name: string
  priority: number
}
/**
 * Limits of one RDMA device.
 */
export interface Rdma {
  hcaHandles?: number
  hcaObjects?: number
}
/**
 * A system call filter. runtime-spec config-linux.md, Seccomp.
 */
export interface Seccomp {
  defaultAction: SeccompAction
  /**
   * errno of the default action where that is SCMP_ACT_ERRNO or SCMP_ACT_TRACE; EPERM unless given.
   */
  defaultErrnoRet?: number
  /**
   * Architectures beside the native one.
   */
  architectures?: SeccompArch[]
  /**
   * Flags of seccomp(2).
   */
  flags?: SeccompFlag[]
  /**
   * Unix socket that receives the notification fd for SCMP_ACT_NOTIFY.
   */
  listenerPath?: string
  /**
   * Opaque text for the listener.
   */
  listenerMetadata?: string
  syscalls?: Syscall[]
}
/**
 * What happens to some system calls. Rules with `args` match where all (or, for one index given several times, any) hold.
 */
export interface Syscall {
  /**
   * @minItems 1
   */
  names: string[]
  action: SeccompAction
  /**
   * errno where the action returns one.
   */
  errnoRet?: number
  args?: SyscallArg[]
}
/**
 * A comparison of one argument as an unsigned 64-bit number.
 */
export interface SyscallArg {
  /**
   * 0 to 5.
   */
  index: number
  /**
   * The mask where `op` is SCMP_CMP_MASKED_EQ.
   */
  value: number
  /**
   * What the masked argument equals.
   */
  valueTwo?: number
  op: SeccompOperator
}
/**
 * Resource director technology (resctrl).
 */
export interface IntelRdt {
  closID?: string
  schemata?: string[]
  l3CacheSchema?: string
  memBwSchema?: string
  enableMonitoring?: boolean
}
/**
 * NUMA policy (set_mempolicy(2)).
 */
export interface MemoryPolicy {
  mode?:
    | 'MPOL_DEFAULT'
    | 'MPOL_BIND'
    | 'MPOL_INTERLEAVE'
    | 'MPOL_WEIGHTED_INTERLEAVE'
    | 'MPOL_PREFERRED'
    | 'MPOL_PREFERRED_MANY'
    | 'MPOL_LOCAL'
  /**
   * A list like `0-3,7`.
   */
  nodes?: string
  flags?: ('MPOL_F_NUMA_BALANCING' | 'MPOL_F_RELATIVE_NODES' | 'MPOL_F_STATIC_NODES')[]
}
/**
 * Execution domain (personality(2)).
 */
export interface Personality {
  domain: 'LINUX' | 'LINUX32'
  flags?: string[]
}
/**
 * Offsets of the clocks in the time namespace. time_namespaces(7).
 */
export interface TimeOffsets {
  boottime?: TimeOffset
  monotonic?: TimeOffset
}
/**
 * An offset of a clock.
 */
export interface TimeOffset {
  secs?: number
  nanosecs?: number
}
/**
 * The process of the container. runtime-spec config.md, Process.
 */
export interface Process {
  /**
   * argv; the first is looked up in the container's PATH.
   */
  args?: string[]
  /**
   * The whole environment, `NAME=value` each.
   */
  env?: string[]
  /**
   * Working directory.
   */
  cwd: string
  /**
   * Give the process a pseudo-terminal of the container's devpts.
   */
  terminal?: boolean
  consoleSize?: ConsoleSize
  user?: User
  capabilities?: Capabilities
  /**
   * Resource limits; each type once.
   */
  rlimits?: Rlimit[]
  /**
   * Set no_new_privs (prctl(2), PR_SET_NO_NEW_PRIVS).
   */
  noNewPrivileges?: boolean
  /**
   * AppArmor profile of the process.
   */
  apparmorProfile?: string
  /**
   * SELinux label of the process.
   */
  selinuxLabel?: string
  /**
   * /proc/self/oom_score_adj.
   */
  oomScoreAdj?: number
  scheduler?: Scheduler
  ioPriority?: IoPriority
  execCPUAffinity?: ExecCpuAffinity
}
/**
 * Size of the terminal in characters.
 */
export interface ConsoleSize {
  height: number
  width: number
}
/**
 * Ids inside the container; absent ones are 0.
 */
export interface User {
  uid?: number
  gid?: number
  /**
   * umask(2); the runtime's own unless given.
   */
  umask?: number
  /**
   * Supplementary groups (setgroups(2)).
   */
  additionalGids?: number[]
  /**
   * Windows only.
   */
  username?: string
}
/**
 * Capability sets, names like `CAP_NET_BIND_SERVICE`; an absent set is empty. capabilities(7).
 */
export interface Capabilities {
  bounding?: string[]
  effective?: string[]
  permitted?: string[]
  inheritable?: string[]
  ambient?: string[]
}
/**
 * A resource limit of setrlimit(2); 18446744073709551615 is no limit.
 */
export interface Rlimit {
  type: string
  soft: number
  hard: number
}
/**
 * Scheduling of the process (sched_setattr(2)).
 */
export interface Scheduler {
  policy:
    'SCHED_OTHER' | 'SCHED_FIFO' | 'SCHED_RR' | 'SCHED_BATCH' | 'SCHED_ISO' | 'SCHED_IDLE' | 'SCHED_DEADLINE'
  nice?: number
  priority?: number
  flags?: (
    | 'SCHED_FLAG_RESET_ON_FORK'
    | 'SCHED_FLAG_RECLAIM'
    | 'SCHED_FLAG_DL_OVERRUN'
    | 'SCHED_FLAG_KEEP_POLICY'
    | 'SCHED_FLAG_KEEP_PARAMS'
    | 'SCHED_FLAG_UTIL_CLAMP_MIN'
    | 'SCHED_FLAG_UTIL_CLAMP_MAX'
  )[]
  /**
   * Nanoseconds (SCHED_DEADLINE).
   */
  runtime?: number
  /**
   * Nanoseconds (SCHED_DEADLINE).
   */
  deadline?: number
  /**
   * Nanoseconds (SCHED_DEADLINE).
   */
  period?: number
}
/**
 * I/O priority of the process (ioprio_set(2)).
 */
export interface IoPriority {
  class: 'IOPRIO_CLASS_RT' | 'IOPRIO_CLASS_BE' | 'IOPRIO_CLASS_IDLE'
  /**
   * 0 (highest) to 7.
   */
  priority?: number
}
/**
 * CPU lists of a process started by exec, before and after it is moved into its cgroup.
 */
export interface ExecCpuAffinity {
  initial?: string
  final?: string
}
/**
 * The configuration of a container, `config.json` of a bundle. runtime-spec config.md.
 */
export interface Spec {
  /**
   * Version of the runtime specification the document follows, like `1.2.0`.
   */
  ociVersion: string
  root?: Root
  process?: Process
  /**
   * Name in the UTS namespace, at most 64 bytes (sethostname(2)).
   */
  hostname?: string
  /**
   * NIS domain name in the UTS namespace, at most 64 bytes (setdomainname(2)).
   */
  domainname?: string
  /**
   * Mounts beyond the root, made in this order.
   */
  mounts?: Mount[]
  hooks?: Hooks
  /**
   * Free data; keys in reverse-domain notation.
   */
  annotations?: {
    [k: string]: string
  }
  linux?: Linux
  freebsd?: Freebsd
}
/**
 * The container's root file system. runtime-spec config.md, Root.
 */
export interface Root {
  /**
   * Directory, absolute or relative to the bundle.
   */
  path: string
  /**
   * Mount the root read-only inside the container.
   */
  readonly?: boolean
}
/**
 * One mount. runtime-spec config.md, Mounts.
 */
export interface Mount {
  /**
   * Where it is mounted inside the container; a relative path counts from `/`.
   */
  destination: string
  /**
   * Device, name or path; for bind mounts absolute or relative to the bundle.
   */
  source?: string
  /**
   * File system type of /proc/filesystems, or `bind`.
   */
  type?: string
  /**
   * Mount options, like mount(8)'s -o.
   */
  options?: string[]
  /**
   * User ids of an id-mapped mount (Linux 5.12).
   */
  uidMappings?: IdMapping[]
  /**
   * Group ids of an id-mapped mount (Linux 5.12).
   */
  gidMappings?: IdMapping[]
}
/**
 * Programs run at points of the container's life. runtime-spec config.md, POSIX-platform Hooks.
 */
export interface Hooks {
  /**
   * Deprecated: in the runtime's namespaces, after create and before start.
   */
  prestart?: Hook[]
  /**
   * In the runtime's namespaces, before pivot_root.
   */
  createRuntime?: Hook[]
  /**
   * In the container's namespaces, paths of the runtime's, before pivot_root.
   */
  createContainer?: Hook[]
  /**
   * Inside the container, before the process is executed.
   */
  startContainer?: Hook[]
  /**
   * In the runtime's namespaces, after the process is executed.
   */
  poststart?: Hook[]
  /**
   * In the runtime's namespaces, after the container is deleted.
   */
  poststop?: Hook[]
}
/**
 * A program that reads the container's {@link State} from its standard input.
 */
export interface Hook {
  /**
   * The program.
   */
  path: string
  /**
   * Its argv, with argv[0].
   */
  args?: string[]
  /**
   * Its whole environment.
   */
  env?: string[]
  /**
   * Seconds after which it is killed.
   */
  timeout?: number
}
/**
 * The state of a container, as `runtime state ID` prints it and hooks read it. runtime-spec runtime.md, State.
 */
export interface State {
  /**
   * Version of the specification the state follows.
   */
  ociVersion: string
  /**
   * The container's id.
   */
  id: string
  status: ContainerStatus
  /**
   * Its process as the runtime sees it; while created or running.
   */
  pid?: number
  /**
   * Absolute path of its bundle.
   */
  bundle: string
  /**
   * Those of its configuration.
   */
  annotations?: {
    [k: string]: string
  }
}
