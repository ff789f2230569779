import { closeQuietly, type CgroupStep } from '@cofferdam/sys'
import { type Directory, unifiedDirectory } from './directories.js'
import { failure, runSteps } from './steps.js'

/**
 * Open descriptors by which a new process gets into a cgroup at its birth: without the wait of {@link Cgroup.join} and
 * without a moment outside. Give it to a launch, then close it.
 */
export interface CgroupEntry {
  /** The directory in the v2 hierarchy, for clone3(2)'s CLONE_INTO_CGROUP; undefined where there is none. */
  readonly fd?: number
  /** `tasks` of each v1 hierarchy, named by its controllers: the process itself writes `0` there. */
  readonly tasks: readonly { readonly name: string; readonly fd: number }[]
  /** Closes the descriptors. */
  close(): void
}

/** Opens a cgroup's entry. @throws CofferdamError `ERR_CGROUP_NOT_FOUND`, `ERR_CGROUP_PERMISSION` */
export async function openEntry(all: readonly Directory[]): Promise<CgroupEntry> {
  const v1 = all.filter(({ hierarchy }) => hierarchy.version === 1)
  const unified = unifiedDirectory(all)
  const steps: CgroupStep[] = v1.map(({ path }) => ({ kind: 'openWrite', path: `${path}/tasks` }))
  if (unified !== undefined) steps.push({ kind: 'openDir', path: unified })
  const fds = (await runSteps(steps)) as number[]
  const close = () => {
    for (const fd of fds.splice(0)) if (fd >= 0) closeQuietly(fd)
  }
  const error = failure(steps, fds)
  if (error !== undefined) {
    close()
    throw error
  }
  return {
    ...(unified === undefined ? {} : { fd: fds[v1.length] as number }),
    tasks: v1.map(({ hierarchy }, index) => ({
      name: hierarchy.controllers.join(),
      fd: fds[index] as number,
    })),
    close,
  }
}
