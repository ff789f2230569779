import { CofferdamError } from '@cofferdam/core'
import { type CapabilityName, capabilityNames } from './names.js'

const bits = new Map<string, number>(capabilityNames.map((name, bit) => [name, bit]))

/** The bit of a capability, or undefined: `capabilityBit('CAP_KILL')` is 5. */
export function capabilityBit(name: string): number | undefined {
  return bits.get(name)
}

/**
 * The capability meant by a name in any case, with or without `CAP_`: `net_admin` is `CAP_NET_ADMIN`.
 * @throws CofferdamError `ERR_CAPABILITY_UNKNOWN`
 */
export function parseCapability(text: string): CapabilityName {
  const upper = text.trim().toUpperCase()
  const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`
  if (bits.has(name)) return name as CapabilityName
  throw new CofferdamError('ERR_CAPABILITY_UNKNOWN', `no capability has the name ${JSON.stringify(text)}`, {
    path: text,
    hint: 'capabilities(7) lists them, like NET_ADMIN or CAP_NET_ADMIN',
  })
}

/**
 * The 64-bit set of the kernel (as in /proc/PID/status) for capability names.
 * @throws CofferdamError `ERR_CAPABILITY_UNKNOWN`
 */
export function capabilityMask(names: Iterable<string>): bigint {
  let mask = 0n
  for (const name of names) mask |= 1n << BigInt(bits.get(parseCapability(name)) as number)
  return mask
}

/** The names in a 64-bit set, in the order of their bits; bits without a name are left out. */
export function capabilitiesOf(mask: bigint): CapabilityName[] {
  return capabilityNames.filter((_, bit) => ((mask >> BigInt(bit)) & 1n) === 1n)
}
