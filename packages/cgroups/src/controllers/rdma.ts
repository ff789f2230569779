import { limitError } from '../error.js'
import type { CgroupResources } from '../resources.js'
import { integer } from './check.js'
import type { Controller, FileWrite } from './controller.js'

function writes({ rdma = {} }: CgroupResources): FileWrite[] {
  return Object.entries(rdma).map(([name, { hcaHandles, hcaObjects }]) => {
    if (!/^[\w.-]+$/.test(name)) throw limitError('rdma', `not a device: ${JSON.stringify(name)}`)
    const words = [
      ['hca_handle', integer(hcaHandles, `rdma.${name}.hcaHandles`)],
      ['hca_object', integer(hcaObjects, `rdma.${name}.hcaObjects`)],
    ].filter(([, value]) => value !== undefined)
    if (words.length === 0) throw limitError(`rdma.${name}`, 'neither hcaHandles nor hcaObjects')
    const value = `${name} ${words.map((pair) => pair.join('=')).join(' ')}`
    return { controller: 'rdma', file: 'rdma.max', value }
  })
}

/** RDMA devices. */
export const rdma: Controller = {
  v1: writes,
  v2: writes,
  needs: ({ rdma = {} }) => (Object.keys(rdma).length > 0 ? ['rdma'] : []),
}
