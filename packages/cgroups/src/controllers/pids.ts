import type { CgroupResources } from '../resources.js'
import { integer } from './check.js'
import type { Controller, FileWrite } from './controller.js'

/** The kernel's PID_MAX_LIMIT on 64-bit machines. */
const PID_MAX_LIMIT = 4 * 1024 * 1024

/** A limit of 0 would keep the first process from being born into the group, so it counts as 1. */
function writes({ pids = {} }: CgroupResources): FileWrite[] {
  const limit = integer(pids.limit, 'pids.limit', { max: PID_MAX_LIMIT, unlimited: true })
  if (limit === undefined) return []
  return [{ controller: 'pids', file: 'pids.max', value: limit === -1 ? 'max' : String(Math.max(1, limit)) }]
}

/** Number of processes and threads. */
export const pids: Controller = {
  v1: writes,
  v2: writes,
  needs: (resources) => (writes(resources).length > 0 ? ['pids'] : []),
}
