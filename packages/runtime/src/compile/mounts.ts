import { resolve } from 'node:path'
import type { Op } from '@cofferdam/process'
import {
  cgroupMountOps,
  defaultDevices,
  deviceLinkOps,
  deviceOps,
  MountAttr,
  mountOps,
  normalizeDestination,
} from '@cofferdam/rootfs'
import type { Mount, Spec } from '../spec/types.js'
import type { CompileContext } from './context.js'

const isBind = (mount: Mount) =>
  mount.options?.some((option) => option === 'bind' || option === 'rbind') ?? false
const isCgroup = (mount: Mount) => !isBind(mount) && (mount.type === 'cgroup' || mount.type === 'cgroup2')

/** Ops of all mounts and devices, and those that must wait until the last of them. */
export interface MountSection {
  readonly ops: readonly Op[]
  readonly late: readonly Op[]
}

function mountEntry(mount: Mount, context: CompileContext): Mount {
  if (!isBind(mount) || mount.source === undefined || mount.source.startsWith('/')) return mount
  return { ...mount, source: resolve(context.bundle, mount.source) }
}

/** The root, the mounts in their order, the devices and links of /dev. */
export function mountSection(spec: Spec, context: CompileContext): MountSection {
  const { rootfs } = context
  const mounts = spec.mounts ?? []
  const ops: Op[] = [
    { op: 'propagation', mode: 'slave', recursive: true },
    'fd' in rootfs ? { op: 'root', fd: rootfs.fd } : { op: 'root', path: rootfs.path },
  ]
  const late: Op[] = []
  for (const mount of mounts) {
    if (isCgroup(mount)) {
      ops.push(...cgroupMountOps(mount, context.cgroup.layout))
      continue
    }
    const plan = mountOps(mountEntry(mount, context))
    ops.push(...plan.ops)
    late.push(...plan.late)
  }
  // A /dev that is bound from outside has its devices already, and they are not ours to change.
  const boundDev = mounts.some((mount) => isBind(mount) && normalizeDestination(mount.destination) === '/dev')
  if (!boundDev) {
    const user = spec.linux?.namespaces?.some(({ type }) => type === 'user') ?? false
    ops.push(...deviceOps([...defaultDevices, ...(spec.linux?.devices ?? [])], { bind: user }))
    ops.push(...deviceLinkOps())
  }
  return { ops, late }
}

/** Ops that follow pivot_root: what the container sees of its root as a mount. */
export function afterPivot(spec: Spec, section: MountSection): Op[] {
  const mode = spec.linux?.rootfsPropagation
  return [
    ...(mode === 'shared' || mode === 'unbindable'
      ? [{ op: 'propagation', mode, recursive: true } as const]
      : []),
    ...section.late,
    ...(spec.root?.readonly === true
      ? [
          { op: 'mkdir', path: spec.process?.cwd ?? '/' } as const,
          { op: 'setAttr', target: '/', attrs: { set: MountAttr.RDONLY } } as const,
        ]
      : []),
  ]
}
