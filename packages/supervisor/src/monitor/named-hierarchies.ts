import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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
 * Moves the monitor out of its starter's cgroup there, before it has children, which are born where it is. Best effort:
 * without the right to, it stays.
 */
export function leaveNamedHierarchies(pid: number, name = 'cofferdam-monitor'): void {
  const read = (file: string) => readFileSync(`/proc/self/${file}`, 'utf8')
  const membership = read('cgroup')
  if (!/:name=[^:]*:\/./.test(membership)) return
  for (const mountPoint of namedHierarchies(membership, read('mountinfo'))) {
    try {
      mkdirSync(join(mountPoint, name), { recursive: true })
      writeFileSync(join(mountPoint, name, 'cgroup.procs'), String(pid))
    } catch {
      // It ends with its starter's service then.
    }
  }
}
