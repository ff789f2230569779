import { CofferdamError } from '@cofferdam/core'
import { formatPrefix, overlaps, type Prefix } from './prefix.js'

/** Where subnets come from when none is asked for: 512 networks of 1,021 containers each. */
const pools: readonly Prefix[] = Array.from({ length: 8 }, (_, index) => ({
  base: (10 * 256 + 207 + index) * 65536,
  length: 16,
}))
const length = 22

/**
 * The first subnet of the pools that meets nothing in `taken` (the host's routes, other networks).
 * @throws CofferdamError `ERR_NO_FREE_SUBNET`
 */
export function chooseSubnet(taken: readonly Prefix[]): Prefix {
  for (const pool of pools) {
    for (let base = pool.base; base < pool.base + 65536; base += 2 ** (32 - length)) {
      const candidate = { base, length }
      if (!taken.some((other) => overlaps(candidate, other))) return candidate
    }
  }
  throw new CofferdamError(
    'ERR_NO_FREE_SUBNET',
    'every subnet of the default pools overlaps a route of this host',
    {
      hint: 'name one that is free here: { subnet: "192.168.77.0/24" }',
    },
  )
}

/** Refuses a subnet that meets something in `taken`. @throws CofferdamError `ERR_SUBNET_IN_USE` */
export function checkSubnet(subnet: Prefix, taken: readonly Prefix[], network: string): void {
  const other = taken.find((one) => overlaps(one, subnet))
  if (other === undefined) return
  throw new CofferdamError(
    'ERR_SUBNET_IN_USE',
    `network ${network}: subnet ${formatPrefix(subnet)} overlaps ${formatPrefix(other)}, which this host routes`,
    { hint: 'choose another subnet, or leave it out to get a free one' },
  )
}
