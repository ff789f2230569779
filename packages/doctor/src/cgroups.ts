import { accessSync, constants } from 'node:fs'
import { errorMessage } from '@cofferdam/core'
import { detectLayout } from '@cofferdam/cgroups'
import type { Check } from './check.js'

const wanted = ['cpu', 'memory', 'pids']

/** Limits can be set: the controllers are there and this user may make cgroups. */
export function checkCgroups(): Check {
  try {
    const layout = detectLayout()
    const hierarchies = [...layout.v1, ...(layout.v2 === undefined ? [] : [layout.v2])]
    const found = new Set(hierarchies.flatMap((hierarchy) => hierarchy.controllers))
    const missing = wanted.filter((name) => !found.has(name))
    const closed = hierarchies
      .filter((hierarchy) => !writable(hierarchy.mountPoint))
      .map((hierarchy) => hierarchy.mountPoint)
    return {
      name: 'control groups',
      ok: missing.length === 0 && closed.length === 0,
      required: false,
      detail: `${layout.mode}: ${[...found].sort().join(', ')}${missing.length > 0 ? `; missing: ${missing.join(', ')}` : ''}${closed.length > 0 ? `; read-only: ${closed.join(', ')}` : ''}`,
      fix:
        missing.length > 0
          ? 'enable them: echo +cpu +memory +pids > cgroup.subtree_control, or boot with systemd.unified_cgroup_hierarchy=1'
          : 'run as root, or delegate a cgroup (systemd: Delegate=yes)',
    }
  } catch (error) {
    return {
      name: 'control groups',
      ok: false,
      required: false,
      detail: errorMessage(error),
      fix: 'mount them: mount -t cgroup2 none /sys/fs/cgroup',
    }
  }
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
