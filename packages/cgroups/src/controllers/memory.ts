import { limitError } from '../error.js'
import type { CgroupResources } from '../resources.js'
import { integer } from './check.js'
import type { Controller, FileWrite } from './controller.js'

/** The kernel charges memory in batches of 64 pages: below this no process can start. */
export const MIN_MEMORY = 256 * 1024

interface Checked {
  readonly limit?: number
  readonly swap?: number
  readonly reservation?: number
  readonly kernelTCP?: number
  readonly swappiness?: number
  readonly disableOOMKiller?: boolean
}

/** 0 counts as not given, as runc takes it. */
function check({ memory = {} }: CgroupResources): Checked {
  const bytes = (value: number | undefined, name: string, min = 0) =>
    integer(value === 0 ? undefined : value, `memory.${name}`, { min, unlimited: true })
  const limit = integer(memory.limit === 0 ? undefined : memory.limit, 'memory.limit', {
    min: MIN_MEMORY,
    unlimited: true,
    hint: `the kernel charges memory in batches; write at least ${MIN_MEMORY} bytes`,
  })
  // Without a limit on memory none on both together can stand.
  const swap = bytes(memory.swap, 'swap') ?? (limit === -1 ? -1 : undefined)
  if (swap !== undefined && swap !== -1) {
    if (limit === undefined || limit === -1)
      throw limitError('memory.swap', 'needs memory.limit: it limits memory and swap together')
    if (swap < limit)
      throw limitError(
        'memory.swap',
        `${swap} is below memory.limit ${limit}`,
        'it limits memory and swap together',
      )
  }
  const reservation = bytes(memory.reservation, 'reservation')
  if (reservation !== undefined && limit !== undefined && limit !== -1 && reservation > limit)
    throw limitError('memory.reservation', `${reservation} is above memory.limit ${limit}`)
  const swappiness = integer(memory.swappiness, 'memory.swappiness', { max: 200 })
  const kernelTCP = bytes(memory.kernelTCP, 'kernelTCP')
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(swap === undefined ? {} : { swap }),
    ...(reservation === undefined ? {} : { reservation }),
    ...(kernelTCP === undefined ? {} : { kernelTCP }),
    ...(swappiness === undefined ? {} : { swappiness }),
    ...(memory.disableOOMKiller === undefined ? {} : { disableOOMKiller: memory.disableOOMKiller }),
  }
}

const max = (value: number) => (value === -1 ? 'max' : String(value))

/**
 * Memory. v1 refuses a limit above memsw and a memsw below the limit, so a change is written limit, memsw, limit:
 * one of the two orders succeeds whichever way it goes.
 */
export const memory: Controller = {
  v1(resources) {
    const { limit, swap, reservation, kernelTCP, swappiness, disableOOMKiller } = check(resources)
    const write = (file: string, value: number | undefined, optional = false): FileWrite[] =>
      value === undefined
        ? []
        : [
            {
              controller: 'memory',
              file: `memory.${file}`,
              value: String(value),
              ...(optional ? { optional } : {}),
            },
          ]
    return [
      ...write('limit_in_bytes', limit, swap !== undefined),
      ...write('memsw.limit_in_bytes', swap, swap === -1),
      ...(swap === undefined ? [] : write('limit_in_bytes', limit)),
      ...write('soft_limit_in_bytes', reservation),
      ...write('kmem.tcp.limit_in_bytes', kernelTCP),
      ...write('swappiness', swappiness),
      ...write('oom_control', disableOOMKiller ? 1 : undefined),
    ]
  },
  v2(resources) {
    const { limit, swap, reservation } = check(resources)
    const write = (file: string, value: string): FileWrite => ({
      controller: 'memory',
      file: `memory.${file}`,
      value,
    })
    const writes: FileWrite[] = []
    // v2 counts swap alone.
    if (swap === -1) writes.push({ ...write('swap.max', 'max'), optional: true })
    else if (swap !== undefined) writes.push(write('swap.max', String(swap - (limit ?? 0))))
    if (limit !== undefined) writes.push(write('max', max(limit)))
    if (reservation !== undefined) writes.push(write('low', max(reservation)))
    return writes
  },
  needs: (resources) => (memory.v2(resources).length > 0 ? ['memory'] : []),
}
