import { readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

const mount = '/sys/fs/cgroup'

/** Removes a directory of a cgroup hierarchy and those below it; what still holds a process stays. */
async function removeTree(dir: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(dir, entry.name))
  await rmdir(dir).catch(() => {})
}

/** Removes the empty control groups at and below `path`, as podman leaves them, in all hierarchies. */
export async function removeCgroups(path: string): Promise<void> {
  const hierarchies = (await readdir(mount).catch(() => [])).map((name) => join(mount, name))
  for (const hierarchy of [mount, ...hierarchies]) await removeTree(join(hierarchy, path))
}
