import { nodeList } from './check.js'
import type { Controller, FileWrite } from './controller.js'
import type { CgroupResources } from '../resources.js'

function writes({ cpu = {} }: CgroupResources): FileWrite[] {
  const cpus = nodeList(cpu.cpus, 'cpu.cpus')
  const mems = nodeList(cpu.mems, 'cpu.mems')
  return [
    ...(cpus === undefined ? [] : [{ controller: 'cpuset', file: 'cpuset.cpus', value: cpus }]),
    ...(mems === undefined ? [] : [{ controller: 'cpuset', file: 'cpuset.mems', value: mems }]),
  ]
}

/** Processors and memory nodes. */
export const cpuset: Controller = {
  v1: writes,
  v2: writes,
  needs: (resources) => (writes(resources).length > 0 ? ['cpuset'] : []),
}
