import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ownerAlive, parseOwner } from '@cofferdam/sys'
import { isHold } from '../ipam/leases.js'

/** What dead processes left of a network. */
export interface DeadNetwork {
  readonly name: string
  /** Addresses whose owner is dead. */
  readonly addresses: readonly string[]
  /** Nobody alive uses it: all of it is to go. */
  readonly abandoned: boolean
}

/**
 * The networks below a run directory of which a dead process left something; `sweep()` and `close()` of the network
 * remove it. Reads only files, which are made before and removed after what is in the kernel; a network that a living
 * process is making just now may be among them.
 */
export function deadNetworks(runDir: string): DeadNetwork[] {
  const networks = join(runDir, 'networks')
  return entries(networks).flatMap((name) => {
    const leases = join(networks, name, 'leases')
    const owners = entries(leases).map((entry) => ({ entry, alive: isHeld(join(leases, entry)) }))
    const abandoned = !owners.some(({ alive }) => alive)
    if (!abandoned && owners.every(({ alive }) => alive)) return []
    const dead = owners.filter(({ entry, alive }) => !alive && !isHold(entry))
    return [{ name, addresses: dead.map(({ entry }) => entry), abandoned }]
  })
}

function isHeld(path: string): boolean {
  try {
    return ownerAlive(parseOwner(readlinkSync(path)))
  } catch {
    return true // released just now
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
