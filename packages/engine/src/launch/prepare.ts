import { CofferdamError } from '@cofferdam/core'
import { normalizePorts, type PublishedPort } from '@cofferdam/network'
import { normalizeVolumes, type Volume } from '@cofferdam/volumes'
import type { ContainerOptions } from '../options/options.js'
import { checkHostname, checkName, newId } from '../options/names.js'
import { limitResources } from '../options/limits.js'

/** Options of a new container, checked before anything is touched. */
export interface Prepared {
  readonly id: string
  /** Undefined: a random one is found at insertion. */
  readonly name: string | undefined
  readonly hostname: string
  readonly ports: readonly PublishedPort[]
  readonly volumes: readonly Volume[]
  readonly network: string
  readonly tty: { readonly columns: number; readonly rows: number } | undefined
  readonly options: ContainerOptions
}

/**
 * Checks everything about a container that needs no image.
 * @throws CofferdamError of the option that is not valid
 */
export function prepareContainer(options: ContainerOptions, id = newId()): Prepared {
  const network = options.network ?? 'bridge'
  const ports = normalizePorts(options.ports)
  if (ports.length > 0 && (network === 'host' || network === 'none' || network.startsWith('container:'))) {
    throw new CofferdamError('ERR_INVALID_PORT', `ports cannot be published on the network ${network}`, {
      hint: 'use a bridge network',
    })
  }
  limitResources(options.limits)
  const { tty } = options
  return {
    id,
    name: options.name === undefined ? undefined : checkName(options.name),
    hostname: checkHostname(options.hostname ?? id.slice(0, 12)),
    ports,
    volumes: normalizeVolumes(options.volumes),
    network,
    tty: tty === undefined || tty === false ? undefined : tty === true ? { columns: 80, rows: 24 } : tty,
    options,
  }
}
