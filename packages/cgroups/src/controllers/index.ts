import type { CgroupResources } from '../resources.js'
import type { Controller, FileWrite } from './controller.js'
import { cpu } from './cpu.js'
import { cpuset } from './cpuset.js'
import { devices } from './devices.js'
import { hugetlb } from './hugetlb.js'
import { io } from './io.js'
import { memory } from './memory.js'
import { network } from './network.js'
import { pids } from './pids.js'
import { rdma } from './rdma.js'
import { unified } from './unified.js'

const controllers: readonly Controller[] = [
  cpuset,
  cpu,
  memory,
  pids,
  io,
  hugetlb,
  network,
  rdma,
  devices,
  unified,
]

/** The writes that set `resources` in v1 hierarchies, in order. @throws CofferdamError `ERR_CGROUP_LIMIT_INVALID`, `ERR_CGROUP_UNSUPPORTED` */
export function writesV1(resources: CgroupResources): FileWrite[] {
  return controllers.flatMap((controller) => controller.v1(resources))
}

/** The writes that set `resources` in the v2 hierarchy, in order. @throws CofferdamError `ERR_CGROUP_LIMIT_INVALID`, `ERR_CGROUP_UNSUPPORTED` */
export function writesV2(resources: CgroupResources): FileWrite[] {
  return controllers.flatMap((controller) => controller.v2(resources))
}

/** The v2 controllers that `resources` need. */
export function neededControllers(resources: CgroupResources): string[] {
  return [...new Set(controllers.flatMap((controller) => controller.needs(resources)))]
}
