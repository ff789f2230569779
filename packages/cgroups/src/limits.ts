import { parseBytes } from '@cofferdam/core'
import { limitError } from './error.js'
import type { CgroupResources, CpuResources, MemoryResources } from './resources.js'

/**
 * Limits by the names of v2's files. The ones listed work on v1 too, where they are translated; any other file can be
 * named where the hierarchy is v2.
 */
export interface CgroupFiles {
  /** Bytes or a text like `64MiB`; `max` lifts the limit. */
  readonly 'memory.max'?: number | string
  /** Swap alone, as v2 counts. */
  readonly 'memory.swap.max'?: number | string
  readonly 'memory.low'?: number | string
  /** `QUOTA PERIOD` in microseconds, or `max`; a number is processors: 0.5 is half of one. */
  readonly 'cpu.max'?: number | string
  /** 1 to 10000, default 100. */
  readonly 'cpu.weight'?: number
  readonly 'cpuset.cpus'?: string
  readonly 'cpuset.mems'?: string
  readonly 'pids.max'?: number | string
  readonly [file: `${string}.${string}`]: number | string | undefined
}

/** Limits in either form. */
export type CgroupLimits = CgroupFiles | CgroupResources

/**
 * OCI resources for limits in either form.
 * @throws CofferdamError `ERR_CGROUP_LIMIT_INVALID`
 */
export function toResources(limits: CgroupLimits): CgroupResources {
  const files = Object.entries(limits).filter(([key, value]) => key.includes('.') && value !== undefined)
  if (files.length === 0) return limits as CgroupResources
  const known = new Map<string, number | string>(files as [string, number | string][])
  const take = (name: string) => {
    const value = known.get(name)
    known.delete(name)
    return value
  }
  const cpu: { -readonly [K in keyof CpuResources]: CpuResources[K] } = {}
  const memory: { -readonly [K in keyof MemoryResources]: MemoryResources[K] } = {}
  const max = bytes(take('memory.max'), 'memory.max')
  const swap = bytes(take('memory.swap.max'), 'memory.swap.max')
  const low = bytes(take('memory.low'), 'memory.low')
  if (max !== undefined) memory.limit = max
  if (low !== undefined) memory.reservation = low
  if (swap !== undefined) {
    if (swap !== -1 && (max === undefined || max === -1))
      throw limitError('memory.swap.max', 'needs memory.max: v1 limits both together')
    memory.swap = swap === -1 ? -1 : swap + (max as number)
  }
  const time = take('cpu.max')
  if (time !== undefined) Object.assign(cpu, bandwidth(time))
  const weight = take('cpu.weight')
  if (weight !== undefined) cpu.shares = weightToShares(Number(weight))
  const cpus = take('cpuset.cpus')
  const mems = take('cpuset.mems')
  if (cpus !== undefined) cpu.cpus = String(cpus)
  if (mems !== undefined) cpu.mems = String(mems)
  const pids = take('pids.max')
  const rest = Object.fromEntries([...known].map(([file, value]) => [file, String(value)]))
  return {
    memory,
    cpu,
    ...(pids === undefined ? {} : { pids: { limit: pids === 'max' ? -1 : Number(pids) } }),
    ...(known.size === 0 ? {} : { unified: rest }),
  }
}

function bytes(value: number | string | undefined, place: string): number | undefined {
  if (value === undefined) return undefined
  return value === 'max' || value === -1 ? -1 : parseBytes(value, place)
}

function bandwidth(value: number | string): CpuResources {
  if (typeof value === 'number') {
    if (!(value > 0)) throw limitError('cpu.max', `not a number of processors: ${value}`)
    return { quota: Math.round(value * 100_000), period: 100_000 }
  }
  const match = /^(max|\d+)(?: (\d+))?$/.exec(value)
  if (match === null) throw limitError('cpu.max', `not "QUOTA PERIOD": ${JSON.stringify(value)}`)
  return { quota: match[1] === 'max' ? -1 : Number(match[1]), period: Number(match[2] ?? 100_000) }
}

/** The shares whose weight is nearest: the inverse of `sharesToWeight`. */
export function weightToShares(weight: number): number {
  if (!Number.isInteger(weight) || weight < 1 || weight > 10_000)
    throw limitError('cpu.weight', `${String(weight)} is not an integer from 1 to 10000`)
  const l = (-125 + Math.sqrt(125 * 125 + 4 * 612 * (Math.log10(weight) + 7 / 34))) / 2
  return Math.min(262144, Math.max(2, Math.round(2 ** l)))
}
