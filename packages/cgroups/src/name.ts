import { CofferdamError } from '@cofferdam/core'

/** Where cgroups with a plain name are made, in every hierarchy. */
export const DEFAULT_ROOT = '/cofferdam'

/**
 * The path of a cgroup below the hierarchies' mount points: a plain name lies in `root`, a path is taken as it is.
 * @throws CofferdamError `ERR_CGROUP_NAME_INVALID`
 */
export function cgroupPath(name: string, root: string = DEFAULT_ROOT): string {
  const path = name.startsWith('/') ? name : `${root.replace(/\/+$/, '')}/${name}`
  const segments = path.split('/').slice(1)
  const valid = segments.every(
    (segment) =>
      segment !== '' &&
      segment !== '.' &&
      segment !== '..' &&
      !/[\0\n]/.test(segment) &&
      Buffer.byteLength(segment) <= 255,
  )
  if (name === '' || !path.startsWith('/') || !valid || path.length > 3000)
    throw new CofferdamError('ERR_CGROUP_NAME_INVALID', `not the name of a cgroup: ${JSON.stringify(name)}`, {
      path: name,
      hint: `write a name, or a path below the mount point, without empty, "." and ".." segments`,
    })
  return path
}

/** The directories from the first below the mount point to the path's parent: `/a/b/c` has `/a` and `/a/b`. */
export function ancestors(path: string): string[] {
  const segments = path.split('/').slice(1, -1)
  return segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`)
}
