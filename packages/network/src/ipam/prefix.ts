import { addressBytes, addressText } from '@cofferdam/netlink'
import { CofferdamError } from '@cofferdam/core'

/** An IPv4 network: its first address as a number and the length of its prefix. */
export interface Prefix {
  readonly base: number
  readonly length: number
}

/** An IPv4 address as a number. @throws CofferdamError `ERR_INVALID_ADDRESS` */
export function addressNumber(address: string): number {
  const bytes = addressBytes(address)
  if (bytes.length !== 4) {
    throw new CofferdamError('ERR_INVALID_ADDRESS', `not an IPv4 address: ${address}`)
  }
  return Buffer.from(bytes).readUInt32BE()
}

/** The text of an IPv4 address given as a number. */
export function numberAddress(value: number): string {
  return addressText(Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255))
}

/** How many addresses a prefix has. */
export function prefixSize(prefix: Prefix): number {
  return 2 ** (32 - prefix.length)
}

/**
 * A network like `10.89.0.0/24`; bits after the prefix must be zero.
 * @throws CofferdamError `ERR_INVALID_SUBNET`
 */
export function parsePrefix(text: string): Prefix {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text)
  const length = Number(match?.[2] ?? 33)
  const invalid = (why: string) =>
    new CofferdamError('ERR_INVALID_SUBNET', `${JSON.stringify(text)} is not an IPv4 subnet: ${why}`, {
      hint: 'write it like 10.89.0.0/24',
    })
  if (match === null || length > 32) throw invalid('it needs an address and a prefix length up to 32')
  let base: number
  try {
    base = addressNumber(match[1] ?? '')
  } catch {
    throw invalid('its address is wrong')
  }
  if (base % 2 ** (32 - length) !== 0) {
    const aligned = base - (base % 2 ** (32 - length))
    throw invalid(`the subnet of that length begins at ${numberAddress(aligned)}`)
  }
  return { base, length }
}

/** The text of a prefix. */
export function formatPrefix(prefix: Prefix): string {
  return `${numberAddress(prefix.base)}/${prefix.length}`
}

/** True when the two have an address in common. */
export function overlaps(a: Prefix, b: Prefix): boolean {
  return a.base < b.base + prefixSize(b) && b.base < a.base + prefixSize(a)
}

/** True when the address lies in the prefix. */
export function contains(prefix: Prefix, address: number): boolean {
  return address >= prefix.base && address < prefix.base + prefixSize(prefix)
}
