import type { LaunchPlan, Op } from '../plan/ops.js'
import type { FdRef } from '../plan/fd.js'
import type { RlimitType } from '../plan/process-ops.js'
import { invalidPlan } from '../plan/writer.js'
import { MOUNT_ATTR } from '../plan/mount-ops.js'
import type { NamespacePlan } from './namespaces.js'
import type { CapabilitySets, SpawnCgroupEntry, SpawnOptions } from './options.js'

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

function mountOps(options: SpawnOptions, fresh: ReadonlySet<string>): Op[] {
  const { rootfs, mounts = [], proc = fresh.has('pid') && fresh.has('mount') } = options
  if (!fresh.has('mount')) {
    if (rootfs === undefined && mounts.length === 0 && !options.proc) return []
    throw invalidPlan('rootfs, mounts and proc need a new mount namespace', 'add namespaces: { mount: true }')
  }
  const ops: Op[] = [{ op: 'propagation', mode: 'private', recursive: true }]
  if (typeof rootfs === 'string') ops.push({ op: 'root', path: rootfs })
  if (typeof rootfs === 'number') ops.push({ op: 'root', fd: rootfs })
  if (proc) {
    const attrs = MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV | MOUNT_ATTR.NOEXEC
    ops.push({ op: 'fsmount', type: 'proc', target: '/proc', create: 'directory', noSymlinks: true, attrs })
  }
  ops.push(...mounts)
  return ops
}

function capabilitySets(capabilities: bigint | CapabilitySets): CapabilitySets {
  if (typeof capabilities !== 'bigint') return capabilities
  return {
    bounding: capabilities,
    effective: capabilities,
    permitted: capabilities,
    inheritable: 0n,
    ambient: 0n,
  }
}

/** The end of every launch: who the process is and what it may do. The order is what LSM, seccomp and ids need. */
function identityOps(options: SpawnOptions): Op[] {
  const { uid, gid, groups, capabilities, seccomp, noNewPrivileges, cwd } = options
  const sets = capabilities === undefined ? undefined : capabilitySets(capabilities)
  const changesUser = uid !== undefined || gid !== undefined || groups !== undefined
  const filter: Op[] = seccomp === undefined ? [] : [{ op: 'seccomp', filter: seccomp }]
  return [
    ...(noNewPrivileges ? [{ op: 'noNewPrivileges' } as const] : filter),
    ...(cwd === undefined ? [] : [{ op: 'cwd', path: cwd, lenient: changesUser } as const]),
    ...(sets === undefined ? [] : [{ op: 'boundingSet', keep: sets.bounding } as const]),
    ...(changesUser
      ? [
          {
            op: 'user',
            uid: uid ?? process.getuid?.() ?? 0,
            gid: gid ?? uid ?? process.getgid?.() ?? 0,
            groups: groups ?? [],
            keepCapabilities: sets !== undefined,
          } as const,
        ]
      : []),
    ...(cwd !== undefined && changesUser ? [{ op: 'cwd', path: cwd } as const] : []),
    ...(sets === undefined
      ? []
      : [
          {
            op: 'capabilities',
            effective: sets.effective,
            permitted: sets.permitted,
            inheritable: sets.inheritable,
            ambient: sets.ambient,
          } as const,
        ]),
    ...(noNewPrivileges ? filter : []),
  ]
}

function limitOps(options: SpawnOptions): Op[] {
  const ops: Op[] = []
  for (const [type, limit] of Object.entries(options.rlimits ?? {})) {
    if (limit === undefined) continue
    const { soft, hard } = typeof limit === 'object' ? limit : { soft: limit, hard: limit }
    ops.push({ op: 'rlimit', type: type as RlimitType, soft, hard })
  }
  if (options.umask !== undefined) ops.push({ op: 'umask', mask: options.umask })
  return ops
}

function terminalOps({ pty, rootfs }: SpawnOptions, stdio: readonly FdRef[]): Op[] {
  if (!pty) return [{ op: 'stdio', fds: stdio }]
  const size = pty === true ? {} : pty
  return [{ op: 'setsid' }, { op: 'pty', ...size, host: rootfs === undefined }]
}

/**
 * The launch plan of a `spawn`; plain data, nothing is touched.
 * @throws CofferdamError `ERR_INVALID_PLAN`
 */
export function spawnPlan(
  args: readonly string[],
  options: SpawnOptions,
  namespaces: NamespacePlan,
  stdio: readonly FdRef[],
  cgroup?: Pick<SpawnCgroupEntry, 'fd' | 'tasks'>,
): LaunchPlan {
  const { env = process.env } = options
  const fresh = new Set(namespaces.clone.namespaces)
  // Its root is the cgroup the process is in when it is made, so it comes after the join.
  const lateCgroup = cgroup !== undefined && fresh.delete('cgroup')
  const uts = options.namespaces?.uts
  const names = typeof uts === 'object' ? uts : {}
  const variables = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return {
    clone: {
      ...namespaces.clone,
      namespaces: [...fresh],
      ...(cgroup?.fd === undefined ? {} : { cgroup: cgroup.fd }),
    },
    ops: [
      ...(cgroup?.tasks.length ? [{ op: 'joinCgroups', tasks: cgroup.tasks } as const] : []),
      ...namespaces.enter,
      ...(lateCgroup ? [{ op: 'unshare', kind: 'cgroup' } as const] : []),
      ...mountOps(options, fresh),
      ...terminalOps(options, stdio),
      ...(options.rootfs === undefined ? [] : [{ op: 'pivotRoot' } as const]),
      ...(names.hostname === undefined ? [] : [{ op: 'hostname', name: names.hostname } as const]),
      ...(names.domainname === undefined ? [] : [{ op: 'domainname', name: names.domainname } as const]),
      ...limitOps(options),
      ...identityOps(options),
    ],
    exec: {
      args,
      env: variables.map(([name, value]) => `${name}=${value}`),
      search: (env['PATH'] ?? DEFAULT_PATH).split(':').filter((directory) => directory !== ''),
    },
  }
}
