import type { ClockOffset, CloneSection, Join, NamespaceKind, Op } from '@cofferdam/process'
import type { Linux, Namespace } from '../spec/types.js'
import type { CompileContext } from './context.js'

// setns(2) into these concerns children only, or must come before everything else.
const joinedByIntermediate = new Set<NamespaceKind>(['pid', 'time', 'user'])

/** True for a namespace that is made new. */
export const isNew = (namespace: Namespace) => namespace.path === undefined || namespace.path === ''

/** True when the container has a namespace of this kind made for it. */
export function makesNew(linux: Linux | undefined, kind: NamespaceKind): boolean {
  return linux?.namespaces?.some((namespace) => namespace.type === kind && isNew(namespace)) ?? false
}

const offset = (value: { secs?: number; nanosecs?: number } | undefined): ClockOffset | undefined =>
  value === undefined ? undefined : { secs: value.secs ?? 0, nanosecs: value.nanosecs ?? 0 }

function timeOffsets(linux: Linux): CloneSection['timeOffsets'] {
  const monotonic = offset(linux.timeOffsets?.monotonic)
  const boottime = offset(linux.timeOffsets?.boottime)
  if (monotonic === undefined && boottime === undefined) return undefined
  return {
    ...(monotonic === undefined ? {} : { monotonic }),
    ...(boottime === undefined ? {} : { boottime }),
  }
}

/**
 * The clone section of a container. A cgroup namespace is not made by clone3(2): its root would be the cgroup of the
 * runtime (`copy_cgroup_ns` looks at the parent), so an op makes it once the process is in its own.
 */
export function cloneSection(linux: Linux, context: CompileContext): CloneSection {
  const kinds = (linux.namespaces ?? []).filter(isNew).map(({ type }) => type)
  const join = Object.entries(context.namespaces)
    .filter(([kind]) => joinedByIntermediate.has(kind as NamespaceKind))
    .map(([kind, fd]): Join => ({ kind: kind as NamespaceKind, fd }))
  const offsets = timeOffsets(linux)
  const cgroup = context.cgroup.fd
  return {
    namespaces: kinds.filter((kind) => kind !== 'cgroup' && context.namespaces[kind] === undefined),
    ...(join.length === 0 ? {} : { join }),
    ...(offsets === undefined ? {} : { timeOffsets: offsets }),
    ...(cgroup === undefined ? {} : { cgroup }),
    ...(linux.uidMappings === undefined ? {} : { uidMappings: linux.uidMappings }),
    ...(linux.gidMappings === undefined ? {} : { gidMappings: linux.gidMappings }),
    ...(context.fixedGroups === true && kinds.includes('user') ? { setgroups: 'deny' } : {}),
  }
}

/** Ops that enter the existing namespaces which need no intermediate process. */
export function setnsOps(context: CompileContext): Op[] {
  return Object.entries(context.namespaces)
    .filter(([kind]) => !joinedByIntermediate.has(kind as NamespaceKind))
    .map(([kind, fd]): Op => ({ op: 'setns', kind: kind as NamespaceKind, fd }))
}
