import { defaultCapabilities } from '@cofferdam/security'
import type { Mount, NamespaceType, Seccomp, Spec } from './types.js'

/** {@link defaultSpec}'s choices. */
export interface DefaultSpecOptions {
  /** Program and arguments; `['sh']`. */
  readonly args?: readonly string[]
  /** A terminal for standard input, output and error. */
  readonly terminal?: boolean
  /** Path of the root file system, relative to the bundle; `rootfs`. */
  readonly rootfs?: string
  /** Root file system that cannot be written. */
  readonly readonly?: boolean
  readonly hostname?: string
  /** The seccomp filter of the container. */
  readonly seccomp?: Seccomp
  /** For an ordinary user: a user namespace that maps root to this uid and gid. */
  readonly rootless?: { readonly uid: number; readonly gid: number }
}

/** Files of /proc and /sys that tell about, or change, the machine: hidden. */
export const defaultMaskedPaths: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
]

/** Directories and files of /proc that can be read only. */
export const defaultReadonlyPaths: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
]

/** The mounts every Linux program expects (runtime-spec config-linux.md, "Default Filesystems"). */
export function defaultMounts(rootless: boolean): Mount[] {
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: [
        'nosuid',
        'noexec',
        'newinstance',
        'ptmxmode=0666',
        'mode=0620',
        ...(rootless ? [] : ['gid=5']),
      ],
    },
    {
      destination: '/dev/shm',
      type: 'tmpfs',
      source: 'shm',
      options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
    },
    {
      destination: '/dev/mqueue',
      type: 'mqueue',
      source: 'mqueue',
      options: ['nosuid', 'noexec', 'nodev'],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
    {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
    },
  ]
}

/**
 * A configuration to start from, like `runc spec`: all namespaces, the usual mounts, masked and read-only
 * paths, Docker's capabilities, no new privileges. Each call returns a new object.
 */
export function defaultSpec(options: DefaultSpecOptions = {}): Spec {
  const { rootless, seccomp } = options
  const types: NamespaceType[] = ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup']
  if (rootless !== undefined) types.unshift('user')
  const sets = () => [...defaultCapabilities]
  return {
    ociVersion: '1.2.0',
    process: {
      terminal: options.terminal ?? false,
      user: { uid: 0, gid: 0 },
      args: [...(options.args ?? ['sh'])],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
      cwd: '/',
      capabilities: { bounding: sets(), effective: sets(), permitted: sets() },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: options.rootfs ?? 'rootfs', readonly: options.readonly ?? false },
    hostname: options.hostname ?? 'cofferdam',
    mounts: defaultMounts(rootless !== undefined),
    linux: {
      ...(rootless === undefined
        ? { resources: { devices: [{ allow: false, access: 'rwm' }] } }
        : {
            uidMappings: [{ containerID: 0, hostID: rootless.uid, size: 1 }],
            gidMappings: [{ containerID: 0, hostID: rootless.gid, size: 1 }],
          }),
      namespaces: types.map((type) => ({ type })),
      maskedPaths: [...defaultMaskedPaths],
      readonlyPaths: [...defaultReadonlyPaths],
      ...(seccomp === undefined ? {} : { seccomp }),
    },
  }
}
