import { readFileSync } from 'node:fs'
import {
  Cgroup,
  type CgroupLayout,
  type Hierarchy,
  type Membership,
  parseCgroupMounts,
  parseMembership,
} from '@cofferdam/cgroups'
import { joinLasting, makeMonitorCgroup } from './cgroup.js'

const isNamed = (controller: string) => controller.startsWith('name=')
/** Below the root of a hierarchy; one outside the root of this cgroup namespace counts too. */
const isInCgroup = ({ path }: Membership) => path !== '/'

/**
 * Where v1 hierarchies that only have a name are, by which systemd finds the processes of a service on hosts that are not
 * purely v2: those in which this process is in a cgroup.
 */
export function namedHierarchies(membership: readonly Membership[], mountinfo: string): Hierarchy[] {
  const names = membership.filter(isInCgroup).flatMap(({ controllers }) => controllers.filter(isNamed))
  return wholeHierarchies(mountinfo, (controller) => names.includes(controller))
}

function wholeHierarchies(mountinfo: string, wanted: (controller: string) => boolean): Hierarchy[] {
  return parseCgroupMounts(mountinfo).filter(
    ({ root, controllers }) => root === '/' && controllers.some(wanted),
  )
}

const alone = (hierarchy: Hierarchy): CgroupLayout => ({ mode: 'v1', v1: [hierarchy] })
const readMountinfo = () => readFileSync('/proc/self/mountinfo', 'utf8')

/**
 * True where a service manager may end this process's cgroup with all in it: it is below the root of the v2 hierarchy
 * or of one that only has a name. A controller's v1 hierarchy alone limits, and ends nothing.
 */
export function isManaged(membership: readonly Membership[]): boolean {
  return membership.some((line) => isInCgroup(line) && line.controllers.every(isNamed))
}

/** The cgroups of this process. */
export function ownMembership(): Membership[] {
  return parseMembership(readFileSync('/proc/self/cgroup', 'utf8'))
}

/**
 * Moves the monitor out of its starter's cgroup there, before it has children, which are born where it is. Best effort:
 * without the right to, it stays, and ends with its starter's service.
 */
export async function leaveNamedHierarchies(
  pid: number,
  membership: readonly Membership[],
  path: string,
): Promise<void> {
  for (const hierarchy of namedHierarchies(membership, readMountinfo())) {
    const make = () => makeMonitorCgroup(path, { layout: alone(hierarchy) })
    await joinLasting(make(), make, pid).catch(() => undefined)
  }
}

/** Removes what {@link leaveNamedHierarchies} has made, where no monitor is left in it. */
export async function pruneNamedHierarchies(path: string): Promise<void> {
  const named = wholeHierarchies(readMountinfo(), isNamed)
  await Promise.all(named.map((hierarchy) => Cgroup.prune({ root: path, layout: alone(hierarchy) })))
}
