import { limitError, unsupported } from '../error.js'
import type { CgroupResources } from '../resources.js'
import { integer } from './check.js'
import type { Controller, FileWrite } from './controller.js'

const DEFAULT_PERIOD = 100_000

/**
 * v2's weight (1 to 10000, default 100) for v1's shares (2 to 262144, default 1024). The curve is quadratic in the
 * logarithm and maps minimum, default and maximum onto each other; the linear one that runtimes used before gave a
 * container with the default shares 39, far less than its neighbours.
 */
export function sharesToWeight(shares: number): number {
  if (shares <= 2) return 1
  if (shares >= 262144) return 10000
  const l = Math.log2(shares)
  return Math.ceil(10 ** ((l * l + 125 * l) / 612 - 7 / 34))
}

function check({ cpu = {} }: CgroupResources) {
  const { realtimeRuntime, realtimePeriod } = cpu
  // Below the least is the least, as the kernel has it on v1.
  const given = cpu.shares === 0 ? undefined : integer(cpu.shares, 'cpu.shares', { max: 262144 })
  const shares = given === undefined ? undefined : Math.max(2, given)
  const period =
    cpu.period === 0 ? undefined : integer(cpu.period, 'cpu.period', { min: 1000, max: 1_000_000 })
  const quota = cpu.quota === 0 ? undefined : integer(cpu.quota, 'cpu.quota', { min: 1000, unlimited: true })
  const burst = integer(cpu.burst, 'cpu.burst')
  if (burst !== undefined && burst > 0 && quota !== undefined && quota !== -1 && burst > quota)
    throw limitError('cpu.burst', `${burst} is above cpu.quota ${quota}`)
  const idle = integer(cpu.idle, 'cpu.idle', { max: 1 })
  integer(realtimeRuntime, 'cpu.realtimeRuntime', { unlimited: true })
  integer(realtimePeriod, 'cpu.realtimePeriod')
  return { shares, period, quota, burst, idle, realtimeRuntime, realtimePeriod }
}

/** Processor time. */
export const cpu: Controller = {
  v1(resources) {
    const { shares, period, quota, burst, idle, realtimeRuntime, realtimePeriod } = check(resources)
    const write = (file: string, value: number | undefined): FileWrite[] =>
      value === undefined ? [] : [{ controller: 'cpu', file: `cpu.${file}`, value: String(value) }]
    return [
      ...write('shares', shares),
      ...write('cfs_period_us', period),
      ...write('cfs_quota_us', quota),
      ...write('cfs_burst_us', burst),
      ...write('rt_period_us', realtimePeriod || undefined),
      ...write('rt_runtime_us', realtimeRuntime || undefined),
      ...write('idle', idle),
    ]
  },
  v2(resources) {
    const { shares, period, quota, burst, idle, realtimeRuntime, realtimePeriod } = check(resources)
    if (realtimeRuntime || realtimePeriod) throw unsupported('cpu.realtimeRuntime', 'v2')
    const write = (file: string, value: string): FileWrite => ({
      controller: 'cpu',
      file: `cpu.${file}`,
      value,
    })
    const writes: FileWrite[] = []
    if (shares !== undefined) writes.push(write('weight', String(sharesToWeight(shares))))
    if (quota !== undefined || period !== undefined)
      writes.push(
        write('max', `${quota === undefined || quota === -1 ? 'max' : quota} ${period ?? DEFAULT_PERIOD}`),
      )
    if (burst !== undefined) writes.push(write('max.burst', String(burst)))
    if (idle !== undefined) writes.push(write('idle', String(idle)))
    return writes
  },
  needs: (resources) => (cpu.v2(resources).length > 0 ? ['cpu'] : []),
}
