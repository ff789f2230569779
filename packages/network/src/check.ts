import { isIPv4 } from 'node:net'
import { CofferdamError } from '@cofferdam/core'
import { macBytes } from '@cofferdam/netlink'
import { checkPorts, type PublishedPort } from './ports/port.js'
import type { AttachOptions } from './types.js'

const label = /^(?!-)[a-zA-Z\d-]{1,63}(?<!-)$/

/**
 * Checks what a caller passes before anything is touched; returns the ports completed.
 * @throws CofferdamError `ERR_INVALID_CONTAINER_ID`, `ERR_INVALID_HOSTNAME`, `ERR_INVALID_ADDRESS`, `ERR_INVALID_PORT`
 */
export function checkAttachOptions(options: AttachOptions): PublishedPort[] {
  const { containerId, hostname, dns = [], extraHosts = {} } = options
  if (!/^[a-zA-Z\d][\w.-]{0,127}$/.test(containerId)) {
    throw new CofferdamError('ERR_INVALID_CONTAINER_ID', `${JSON.stringify(containerId)} is no container id`)
  }
  for (const name of [...(hostname === undefined ? [] : [hostname]), ...Object.keys(extraHosts)]) {
    if (name.length > 253 || !name.split('.').every((part) => label.test(part))) {
      throw new CofferdamError('ERR_INVALID_HOSTNAME', `${JSON.stringify(name)} is no host name`, {
        hint: 'a name has labels of letters, digits and hyphens, separated by dots',
      })
    }
  }
  for (const address of [...dns, ...Object.values(extraHosts)]) {
    if (!isIPv4(address) && !/^[\da-f:]+$/i.test(address)) {
      throw new CofferdamError('ERR_INVALID_ADDRESS', `not an IP address: ${JSON.stringify(address)}`)
    }
  }
  if (options.mac !== undefined) macBytes(options.mac)
  return checkPorts(options.ports ?? [])
}

/** Runs all of them at once; if one fails, undoes what the others made and throws its error. */
export async function allOrUndo<T extends readonly unknown[]>(
  work: { readonly [K in keyof T]: Promise<T[K]> },
  undo: { readonly [K in keyof T]: (made: T[K]) => unknown },
): Promise<T> {
  const settled = await Promise.allSettled(work as readonly Promise<unknown>[])
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed === undefined)
    return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as never
  for (const [index, one] of settled.entries()) {
    if (one.status === 'fulfilled')
      await (undo as readonly ((made: unknown) => unknown)[])[index]?.(one.value)
  }
  throw failed.reason
}
