import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { Cgroup, type CgroupResources, detectLayout, parseMembership } from '@cofferdam/cgroups'
import type { CgroupHierarchy, CgroupLayout } from '@cofferdam/rootfs'
import type { CgroupAccess } from '../compile/context.js'
import type { Resources, Spec } from '../spec/types.js'

/** A container's cgroup while it is made. */
export interface ContainerCgroup {
  /** Path below the hierarchies; undefined without one. */
  readonly path?: string
  /** The cgroup with its limits; undefined without one. */
  readonly ready: Promise<Cgroup | undefined>
  /** Settles when it is made; open until {@link close}. */
  readonly access: Promise<CgroupAccess>
  /** Closes the descriptors of `access`. */
  close(): Promise<void>
  /** Removes it again after a launch that failed. */
  undo(): Promise<void>
}

/** How a runtime makes cgroups. */
export interface CgroupSettings {
  /** `disabled`: containers stay in the cgroup of their starter, without limits. */
  readonly cgroups?: 'cgroupfs' | 'disabled'
  /** Where containers without `cgroupsPath` get theirs; `/cofferdam`. */
  readonly cgroupParent?: string
}

/** Removes the cgroup that a container without `cgroupsPath` would have, unless processes stay in it. */
export async function removeDefaultCgroup(id: string): Promise<void> {
  try {
    await Cgroup.open(cgroupName({ ociVersion: '' }, id)).delete()
  } catch (error) {
    if (!isErrno(error, 'ERR_CGROUP_BUSY', 'ERR_CGROUP_UNAVAILABLE', 'ERR_CGROUP_PERMISSION')) throw error
  }
}

/** Where the container's cgroup lies: `linux.cgroupsPath`, or its id below the parent. */
export function cgroupName(spec: Spec, id: string, parent = '/cofferdam'): string {
  const path = spec.linux?.cgroupsPath
  if (path === undefined || path === '') return `${parent}/${id}`
  if (path.includes(':')) {
    throw new CofferdamError(
      'ERR_UNSUPPORTED',
      `cgroupsPath ${path}: the systemd driver is not supported yet`,
      {
        hint: 'give a path like /cofferdam/NAME',
      },
    )
  }
  return path.startsWith('/') ? path : `${parent}/${path}`
}

/** The directories a container sees in its mount of type `cgroup`, for a cgroup at `path` of each hierarchy. */
function visibleLayout(pathOf: (controllers: readonly string[]) => string): CgroupLayout {
  const layout = detectLayout()
  if (layout.mode === 'v2') return { kind: 'v2' }
  const hierarchies = [...layout.v1, ...(layout.v2 === undefined ? [] : [layout.v2])]
  return {
    kind: 'v1',
    hierarchies: hierarchies.map(({ mountPoint, controllers, version }): CgroupHierarchy => {
      const directory = mountPoint + pathOf(controllers)
      const name = version === 2 ? 'unified' : basename(mountPoint)
      const links = controllers.length > 1 ? controllers.filter((controller) => controller !== name) : []
      return { name, directory, ...(links.length === 0 ? {} : { links }) }
    }),
  }
}

function ownLayout(): CgroupLayout {
  const own = parseMembership(readFileSync('/proc/self/cgroup', 'utf8'))
  return visibleLayout((controllers) => {
    const key = [...controllers].sort().join()
    return (own.find((line) => [...line.controllers].sort().join() === key)?.path ?? '/').replace(/\/$/, '')
  })
}

const allowed = (type: string, access: string, major?: number, minor?: number) => ({
  allow: true,
  type,
  access,
  ...(major === undefined ? {} : { major }),
  ...(minor === undefined ? {} : { minor }),
})

// What every container may do whatever its rules say: make nodes, and use the default devices and terminals.
const defaultDeviceRules = [
  allowed('c', 'm'),
  allowed('b', 'm'),
  ...[3, 5, 7, 8, 9].map((minor) => allowed('c', 'rwm', 1, minor)),
  allowed('c', 'rwm', 5, 0),
  allowed('c', 'rwm', 5, 2),
  allowed('c', 'rwm', 136),
]

// Of a specification without rules. An ordinary user may not set them, and can make no device either.
const rulesByDefault = [{ allow: false, access: 'rwm' }, ...defaultDeviceRules].map((rule) => ({
  ...rule,
  optional: true,
}))

/** The specification's limits; the default devices stay allowed ("Default Devices"), without rules only they are. */
export function cgroupResources(resources: Resources | undefined): CgroupResources {
  const given = (resources ?? {}) as CgroupResources
  if (given.devices === undefined || given.devices.length === 0) return { ...given, devices: rulesByDefault }
  return { ...given, devices: [...given.devices, ...defaultDeviceRules] }
}

/**
 * Begins the cgroup of a container before its specification is complete: give the promise to `run` or `create` as
 * `cgroup`. The name is the specification's `linux.cgroupsPath`, the limits are its `linux.resources`.
 * @throws CofferdamError those of {@link Cgroup.create}
 */
export function createCgroup(name: string, resources: Resources | undefined): Promise<Cgroup> {
  return Cgroup.create(name, cgroupResources(resources))
}

const mountsCgroups = (spec: Spec) =>
  spec.mounts?.some(({ type }) => type === 'cgroup' || type === 'cgroup2') ?? false

/** Begins to make a container's cgroup: its directories and limits, on another thread. */
export function beginCgroup(
  spec: Spec,
  id: string,
  settings: CgroupSettings,
  begun?: Promise<Cgroup>,
): ContainerCgroup {
  const seen = mountsCgroups(spec)
  if (settings.cgroups === 'disabled') {
    return {
      ready: Promise.resolve(undefined),
      access: Promise.resolve({ tasks: [], layout: seen ? ownLayout() : { kind: 'v2' } }),
      close: async () => {},
      undo: async () => {},
    }
  }
  const name = cgroupName(spec, id, settings.cgroupParent)
  const ready = begun ?? createCgroup(name, spec.linux?.resources)
  const entry = ready.then((cgroup) => cgroup.openEntry())
  const { path } = Cgroup.open(name)
  const access = entry.then((opened) => ({
    ...opened,
    layout: seen ? visibleLayout(() => path) : ({ kind: 'v2' } as const),
  }))
  access.catch(() => {})
  return {
    path,
    ready,
    access,
    close: () =>
      entry.then(
        (opened) => opened.close(),
        () => {},
      ),
    async undo() {
      const made = await ready.catch(() => undefined)
      await made?.kill()
      await made?.delete()
    },
  }
}
