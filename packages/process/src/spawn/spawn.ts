import { requireLinux, closeQuietly } from '@cofferdam/sys'
import { launch } from '../launch/launch.js'
import { invalidPlan } from '../plan/writer.js'
import { planNamespaces, type NamespacePlan } from './namespaces.js'
import type { SpawnCgroupEntry, SpawnOptions } from './options.js'
import { spawnPlan } from './plan.js'
import { SpawnedProcess } from './process.js'
import { openStdio, type StdioEnds } from './stdio.js'

/**
 * Starts a program; resolves when it runs. Like `child_process.spawn`, with the namespaces, root, cgroup, capabilities,
 * limits and filter of `options`, like `unshare`, `nsenter`, `chroot`, `setpriv` and `prlimit` in one. Whatever it
 * starts dies with this process, daemonised or not.
 * @throws CofferdamError `ERR_INVALID_PLAN`, `ERR_NAMESPACE` before anything is touched; `ERR_PROGRAM_NOT_FOUND`,
 * `ERR_EXEC`, `ERR_CLONE_FORBIDDEN`, `ERR_CLONE`, `ERR_LAUNCH` naming what failed, with nothing left behind; the
 * reason of `signal`
 */
export async function spawn(args: readonly string[], options: SpawnOptions = {}): Promise<SpawnedProcess> {
  requireLinux()
  options.signal?.throwIfAborted()
  if (args.length === 0) throw invalidPlan('spawn: no program', "give ['program', ...arguments]")
  const oomKillsBefore = await options.cgroup?.oomKills?.()
  let namespaces: NamespacePlan | undefined
  let entry: SpawnCgroupEntry | undefined
  let stdio: StdioEnds = { child: [], ours: [], opened: [] }
  try {
    entry = await options.cgroup?.openEntry()
    const plan = () => {
      namespaces = planNamespaces(options.namespaces)
      if (!options.pty) stdio = openStdio(options.stdio)
      return spawnPlan(args, options, namespaces, stdio.child, entry)
    }
    const { signal } = options
    const launched = await launch(plan, signal === undefined ? {} : { signal })
    return new SpawnedProcess({
      launched,
      ours: stdio.ours,
      cgroup: options.cgroup,
      oomKillsBefore,
      maxOutput: options.maxOutput,
      timeout: options.timeout,
      signal: options.signal,
    })
  } catch (error) {
    for (const fd of stdio.ours) closeQuietly(fd)
    throw error
  } finally {
    entry?.close()
    for (const fd of [...stdio.opened, ...(namespaces?.opened ?? [])]) closeQuietly(fd)
  }
}
