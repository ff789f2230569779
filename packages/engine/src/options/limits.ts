import { CofferdamError, parseBytes } from '@cofferdam/core'
import type { Limits } from './options.js'

const period = 100_000

/** The fields of OCI `linux.resources` that limits set. */
export interface LimitResources {
  memory?: { limit: number; swap: number }
  cpu?: { quota?: number; period?: number; shares?: number; cpus?: string }
  pids?: { limit: number }
}

/**
 * Limits as OCI resources (config-linux.md, "Control groups"). Swap is set equal to memory: the container gets none.
 * @throws CofferdamError `ERR_INVALID_LIMIT`, `ERR_INVALID_BYTES`
 */
export function limitResources(limits: Limits = {}): LimitResources {
  const resources: LimitResources = {}
  if (limits.memory !== undefined) {
    const limit = parseBytes(limits.memory, 'memory limit')
    if (limit < 6 * 1024 * 1024) throw limitError('memory', limits.memory, 'at least 6 MiB are needed')
    resources.memory = { limit, swap: limit }
  }
  if (limits.pids !== undefined) {
    if (!Number.isInteger(limits.pids) || limits.pids < 1)
      throw limitError('pids', limits.pids, 'a whole number from 1 on')
    resources.pids = { limit: limits.pids }
  }
  const cpu: LimitResources['cpu'] = {}
  if (limits.cpus !== undefined) {
    if (!(limits.cpus >= 0.01 && limits.cpus <= 10_000))
      throw limitError('cpus', limits.cpus, 'a number of cores from 0.01 on')
    cpu.period = period
    cpu.quota = Math.round(limits.cpus * period)
  }
  if (limits.cpuShares !== undefined) {
    if (!Number.isInteger(limits.cpuShares) || limits.cpuShares < 2 || limits.cpuShares > 262_144) {
      throw limitError('cpuShares', limits.cpuShares, 'a whole number from 2 to 262144')
    }
    cpu.shares = limits.cpuShares
  }
  if (limits.cpuset !== undefined) {
    if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(limits.cpuset))
      throw limitError('cpuset', limits.cpuset, 'a list like 0-1,3')
    cpu.cpus = limits.cpuset
  }
  if (Object.keys(cpu).length > 0) resources.cpu = cpu
  return resources
}

function limitError(name: string, value: unknown, hint: string): CofferdamError {
  return new CofferdamError('ERR_INVALID_LIMIT', `limit ${name}: ${String(value)} is not valid`, {
    path: name,
    hint,
  })
}
