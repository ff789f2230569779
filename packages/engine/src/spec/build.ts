import { constants } from 'node:os'
import { posix } from 'node:path'
import { CofferdamError } from '@cofferdam/core'
import { containerArgv, containerEnv } from '@cofferdam/image'
import type { ExecutionConfig, Namespace, Resources, Seccomp, Spec, User } from '@cofferdam/oci-spec'
import { defaultMaskedPaths, defaultMounts, defaultReadonlyPaths } from '@cofferdam/runtime'
import { adjustCapabilities, defaultProfile } from '@cofferdam/security'
import { bindMount, type Volume, volumeMounts } from '@cofferdam/volumes'
import { limitResources } from '../options/limits.js'
import type { ContainerOptions } from '../options/options.js'

/** What a container's specification is made from. */
export interface SpecInput {
  readonly id: string
  readonly hostname: string
  readonly config: ExecutionConfig
  readonly options: ContainerOptions
  readonly volumes: readonly Volume[]
  /** Numeric user, resolved from the image's own files. */
  readonly user: User
  /** Host files mounted on `/etc/NAME`. */
  readonly files: Readonly<Record<string, string>>
  /** `new` for an own network namespace, `host` for the host's. A namespace made beforehand is given at launch. */
  readonly network: 'new' | 'host'
  /** Devices and limits need cgroups. */
  readonly cgroupsPath: string
}

/** Devices every container may use: reading, writing and making them (runtime-spec config-linux.md, "Default Devices"). */
const deviceRules = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  ...[
    [1, 3],
    [1, 5],
    [1, 7],
    [1, 8],
    [1, 9],
    [5, 0],
    [5, 2],
    [136, undefined],
  ].map(([major, minor]) => ({
    allow: true,
    type: 'c',
    major: major as number,
    ...(minor === undefined ? {} : { minor }),
    access: 'rwm',
  })),
]

/**
 * The OCI runtime specification of a container: Docker's defaults (capabilities, seccomp, masked paths, no user
 * namespace) with the image's configuration and the options.
 * @throws CofferdamError of whatever option is not valid
 */
export function buildSpec(input: SpecInput): Spec {
  const { config, options, hostname, volumes } = input
  const tty = options.tty !== undefined && options.tty !== false
  const capabilities = adjustCapabilities({ add: options.capAdd ?? [], drop: options.capDrop ?? [] })
  const asRoot = input.user.uid === 0
  const granted = asRoot ? capabilities : []
  const kinds: Namespace['type'][] = [
    'pid',
    'ipc',
    'uts',
    'mount',
    'cgroup',
    ...(input.network === 'new' ? (['network'] as const) : []),
  ]
  const targets = new Set(volumes.map((volume) => volume.target))
  return {
    ociVersion: '1.2.0',
    process: {
      terminal: tty,
      ...(typeof options.tty === 'object'
        ? { consoleSize: { width: options.tty.columns, height: options.tty.rows } }
        : {}),
      user: input.user,
      args: containerArgv(config, options),
      env: containerEnv(config, {
        hostname,
        tty,
        ...(options.env === undefined ? {} : { env: options.env }),
      }),
      cwd: workdir(options.workdir ?? config.WorkingDir),
      capabilities: { bounding: [...capabilities], effective: granted, permitted: granted },
      noNewPrivileges: options.noNewPrivileges ?? false,
      oomScoreAdj: 0,
    },
    root: { path: 'rootfs', readonly: options.readonlyRootfs ?? false },
    hostname,
    mounts: [
      ...defaultMounts(false).filter((mount) => !targets.has(mount.destination)),
      ...Object.entries(input.files)
        .filter(([name]) => !targets.has(`/etc/${name}`))
        .map(([name, source]) => bindMount(`/etc/${name}`, source)),
      ...volumeMounts(volumes),
    ],
    linux: {
      namespaces: kinds.map((type) => ({ type })),
      cgroupsPath: input.cgroupsPath,
      resources: containerResources(options),
      maskedPaths: [...defaultMaskedPaths],
      readonlyPaths: [...defaultReadonlyPaths],
      ...(options.seccomp === false ? {} : { seccomp: defaultProfile({ capabilities }) as Seccomp }),
    },
  }
}

/** Limits and device rules. @throws CofferdamError `ERR_INVALID_LIMIT`, `ERR_INVALID_BYTES` */
export function containerResources(options: ContainerOptions): Resources {
  return { ...limitResources(options.limits), devices: deviceRules as Resources['devices'] & {} }
}

/** The signal that asks a container to stop: the option's, the image's, or SIGTERM. Names may lack `SIG`; numbers count too. */
export function stopSignal(given: string | undefined, config: ExecutionConfig): NodeJS.Signals {
  const text = given ?? (config.StopSignal || 'SIGTERM')
  const signals = Object.entries(constants.signals) as [NodeJS.Signals, number][]
  const upper = text.toUpperCase()
  const found = signals.find(
    ([name, number]) => name === upper || name === `SIG${upper}` || String(number) === text,
  )
  if (found === undefined)
    throw new CofferdamError('ERR_INVALID_SIGNAL', `not a signal: ${text}`, { path: text })
  return found[0]
}

function workdir(path: string | undefined): string {
  if (path === undefined || path === '') return '/'
  if (!path.startsWith('/') || path.includes('\0')) {
    throw new CofferdamError(
      'ERR_INVALID_WORKDIR',
      `the working directory ${JSON.stringify(path)} is not absolute`,
      { path },
    )
  }
  return posix.normalize(path)
}

/** A resolved user as the specification has it. The primary group is a supplementary one too (CVE-2022-36109). */
export function specUser(user: {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
}): User {
  return {
    uid: user.uid,
    gid: user.gid,
    additionalGids: [user.gid, ...user.groups],
  }
}
