/** One cgroup mount of /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
export interface CgroupMount {
  readonly version: 1 | 2
  readonly mountPoint: string
  /** The cgroup that the mount shows as its root: not `/` in a bind mount of a part. */
  readonly root: string
  /** v1: controllers, and `name=...` of a hierarchy without. */
  readonly controllers: readonly string[]
}

const flags = new Set(['rw', 'ro', 'noprefix', 'xattr', 'clone_children', 'cpuset_v2_mode', 'favordynmods'])

/** The cgroup mounts of a mountinfo text, in its order. */
export function parseCgroupMounts(text: string): CgroupMount[] {
  const mounts: CgroupMount[] = []
  for (const line of text.split('\n')) {
    const [before, after] = line.split(' - ')
    if (before === undefined || after === undefined) continue
    const [type, , superOptions = ''] = after.split(' ')
    if (type !== 'cgroup' && type !== 'cgroup2') continue
    const [, , , root = '/', mountPoint = ''] = before.split(' ').map(unescape)
    const controllers =
      type === 'cgroup2'
        ? []
        : superOptions.split(',').filter((o) => !flags.has(o) && !o.startsWith('release_agent='))
    mounts.push({ version: type === 'cgroup' ? 1 : 2, mountPoint, root, controllers })
  }
  return mounts
}

/** Blanks, tabs, newlines and backslashes stand as octal there. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}
