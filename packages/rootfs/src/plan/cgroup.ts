import type { Op } from '@cofferdam/process'
import { MountAttr } from '../options/constants.js'
import { parseMountOptions } from '../options/parse.js'
import { type MountEntry, normalizeDestination } from './mounts.js'

/** A v1 hierarchy, or a hybrid host's v2 one, as a container sees it. */
export interface CgroupHierarchy {
  /** Name of its directory: `memory`, `cpu,cpuacct`, `systemd`, `unified`. */
  readonly name: string
  /** Directory of the container's cgroup in it, on the host. */
  readonly directory: string
  /** Further names that are links to it: `cpu` and `cpuacct` for `cpu,cpuacct`. */
  readonly links?: readonly string[]
}

/** The cgroups of a container, for its mount of type `cgroup`. */
export type CgroupLayout =
  { readonly kind: 'v2' } | { readonly kind: 'v1'; readonly hierarchies: readonly CgroupHierarchy[] }

const attributeMask = MountAttr.NOSUID | MountAttr.NODEV | MountAttr.NOEXEC

/**
 * Launch ops for a mount of type `cgroup` or `cgroup2`. On v2 it is a cgroup2 file system, whose root is the
 * container's cgroup in a cgroup namespace. On v1 and hybrid hosts it is a tmpfs with the container's own directory
 * of each hierarchy bound below: mounting a v1 controller anew would act on the whole machine.
 */
export function cgroupMountOps(entry: MountEntry, layout: CgroupLayout): Op[] {
  const target = normalizeDestination(entry.destination)
  const { attributes } = parseMountOptions(entry.options)
  if (layout.kind === 'v2' || entry.type === 'cgroup2') {
    return [
      {
        op: 'fsmount',
        type: 'cgroup2',
        source: 'cgroup2',
        target,
        create: 'directory',
        noSymlinks: true,
        attrs: attributes.set,
      },
    ]
  }
  const readonly = (attributes.set & MountAttr.RDONLY) !== 0
  const below = layout.hierarchies.flatMap(({ name, directory, links }): Op[] => [
    {
      op: 'bind',
      source: directory,
      target: `${target}/${name}`,
      create: 'directory',
      noSymlinks: true,
      attrs: attributes,
    },
    ...(links ?? []).map((link): Op => ({ op: 'symlink', path: `${target}/${link}`, target: name })),
  ])
  return [
    {
      op: 'fsmount',
      type: 'tmpfs',
      source: 'tmpfs',
      target,
      create: 'directory',
      noSymlinks: true,
      options: ['mode=755', 'size=64k'],
      attrs: attributes.set & attributeMask,
    },
    ...below,
    ...(readonly ? [{ op: 'setAttr', target, attrs: { set: MountAttr.RDONLY } } as const] : []),
  ]
}
