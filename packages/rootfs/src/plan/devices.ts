import type { Op } from '@cofferdam/process'

/** A device node as config.json has it. */
export interface DeviceNode {
  readonly type: 'c' | 'b' | 'u' | 'p'
  readonly path: string
  readonly major?: number
  readonly minor?: number
  readonly fileMode?: number
  readonly uid?: number
  readonly gid?: number
}

/** The devices every container has (runtime-spec config-linux.md, "Default Devices"), mode 0666. */
export const defaultDevices: readonly DeviceNode[] = [
  { type: 'c', path: '/dev/null', major: 1, minor: 3 },
  { type: 'c', path: '/dev/zero', major: 1, minor: 5 },
  { type: 'c', path: '/dev/full', major: 1, minor: 7 },
  { type: 'c', path: '/dev/tty', major: 5, minor: 0 },
  { type: 'c', path: '/dev/random', major: 1, minor: 8 },
  { type: 'c', path: '/dev/urandom', major: 1, minor: 9 },
]

const links: readonly (readonly [string, string])[] = [
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
  ['/dev/ptmx', 'pts/ptmx'],
]

/** {@link deviceOps}'s circumstances. */
export interface DeviceOptions {
  /** Inside a user namespace mknod(2) of devices is refused: bind the host's nodes at once. */
  readonly bind?: boolean
}

/** Ops that make device nodes, a later one of the same path instead of an earlier. */
export function deviceOps(devices: readonly DeviceNode[], options: DeviceOptions = {}): Op[] {
  const byPath = new Map(devices.map((device) => [device.path, device]))
  return [...byPath.values()].map((device): Op => ({
    op: 'mknod',
    path: device.path,
    type: device.type === 'u' ? 'c' : device.type,
    major: device.major ?? 0,
    minor: device.minor ?? 0,
    mode: device.fileMode ?? 0o666,
    ...(device.uid === undefined ? {} : { uid: device.uid }),
    ...(device.gid === undefined ? {} : { gid: device.gid }),
    ...(device.type === 'p' ? {} : { bindFallback: device.path }),
    ...(options.bind === true && device.type !== 'p' ? { alwaysBind: true } : {}),
  }))
}

/** Ops that make `/dev/fd`, `/dev/stdin`, `/dev/stdout`, `/dev/stderr` and `/dev/ptmx` ("Default symbolic links"). */
export function deviceLinkOps(): Op[] {
  return links.map(([path, target]): Op => ({ op: 'symlink', path, target }))
}
