import { Cgroup } from '@cofferdam/cgroups'
import { MONITOR_CGROUP } from './cgroup.js'
import { pruneNamedHierarchies } from './named-hierarchies.js'

/** Removes {@link MONITOR_CGROUP} from every hierarchy where no monitor is left in it. Never throws for one in use. */
export async function pruneMonitorCgroup(): Promise<void> {
  await Promise.all([Cgroup.prune({ root: MONITOR_CGROUP }), pruneNamedHierarchies(MONITOR_CGROUP)])
}
