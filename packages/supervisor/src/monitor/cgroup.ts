import { Cgroup, type CgroupOptions } from '@cofferdam/cgroups'

/** Where monitors are unless told otherwise: a cgroup that no service manager kills together with their starter. */
export const MONITOR_CGROUP = '/cofferdam-monitor'

/** Makes a cgroup for monitors, or takes the one that is there. */
export function makeMonitorCgroup(
  path: string,
  options: Pick<CgroupOptions, 'layout'> = {},
): Promise<Cgroup> {
  return Cgroup.create(path, {}, { reuse: true, ...options })
}

/** Moves a process into a cgroup that others prune when it is empty, where need be after making it again. */
export async function joinLasting(
  made: Promise<Cgroup>,
  make: () => Promise<Cgroup>,
  pid: number,
): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await (await (tries === 0 ? made : make())).join(pid)
    } catch (error) {
      const { errno } = error as { errno?: string }
      if (tries === 20 || (errno !== 'ENOENT' && errno !== 'ENODEV')) throw error
    }
  }
}
