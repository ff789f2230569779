import { limitError, unsupported } from '../error.js'
import { integer } from './check.js'
import type { Controller, FileWrite } from './controller.js'

/** v1's net_cls and net_prio; v2 leaves this to eBPF and nftables. */
export const network: Controller = {
  v1({ network: { classID, priorities = [] } = {} }) {
    const writes: FileWrite[] = []
    integer(classID, 'network.classID', { max: 0xffffffff })
    if (classID !== undefined)
      writes.push({ controller: 'net_cls', file: 'net_cls.classid', value: String(classID) })
    for (const [index, { name, priority }] of priorities.entries()) {
      if (!/^[^\s/]{1,15}$/.test(name))
        throw limitError(`network.priorities[${index}].name`, `not an interface: ${JSON.stringify(name)}`)
      integer(priority, `network.priorities[${index}].priority`, { max: 0xffffffff })
      writes.push({ controller: 'net_prio', file: 'net_prio.ifpriomap', value: `${name} ${priority}` })
    }
    return writes
  },
  v2({ network: { classID, priorities = [] } = {} }) {
    if (classID || priorities.length > 0)
      throw unsupported('network', 'v2', 'mark packets with nftables there')
    return []
  },
  needs: () => [],
}
