import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Where v1 hierarchies that only have a name are, by which systemd finds the processes of a service on hosts that are not
 * purely v2: those in which this process is in a cgroup.
 */
export function namedHierarchies(membership: string, mountinfo: string): string[] {
  const names = membership.split('\n').flatMap((line) => {
    const [, controllers = '', path = ''] = line.split(':')
    return controllers.startsWith('name=') && path !== '/' ? [controllers] : []
  })
  return mountinfo.split('\n').flatMap((line) => {
    const [mount = '', fs = ''] = line.split(' - ')
    const [type, , options = ''] = fs.split(' ')
    const [, , , root, mountPoint] = mount.split(' ')
    if (type !== 'cgroup' || root !== '/' || mountPoint === undefined) return []
    return options.split(',').some((option) => names.includes(option)) ? [mountPoint] : []
  })
}

/**
 * True where a service manager may end this process's cgroup with all in it: it is below the root of the v2 hierarchy
 * or of one that only has a name. A controller's v1 hierarchy alone limits, and ends nothing.
 */
export function isManaged(membership: string): boolean {
  return membership.split('\n').some((line) => /^\d+:(name=[^:]*)?:\/./.test(line))
}

/**
 * Moves the monitor out of its starter's cgroup there, before it has children, which are born where it is. Best effort:
 * without the right to, it stays.
 */
export async function leaveNamedHierarchies(pid: number, name = 'cofferdam-monitor'): Promise<void> {
  const read = (file: string) => readFileSync(`/proc/self/${file}`, 'utf8')
  const membership = read('cgroup')
  if (!/:name=[^:]*:\/./.test(membership)) return
  for (const mountPoint of namedHierarchies(membership, read('mountinfo'))) {
    try {
      await mkdir(join(mountPoint, name), { recursive: true })
      await writeFile(join(mountPoint, name, 'cgroup.procs'), String(pid))
    } catch {
      // It ends with its starter's service then.
    }
  }
}
