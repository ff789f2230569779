import { isIPv4, isIPv6 } from 'node:net'
import { CofferdamError } from '@cofferdam/core'

/** Address families of the kernel. */
export const AF = { UNSPEC: 0, INET: 2, BRIDGE: 7, INET6: 10 } as const

/**
 * An IP address as 4 or 16 bytes in network order.
 * @throws CofferdamError `ERR_INVALID_ADDRESS`
 */
export function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.'), Number)
  if (!isIPv6(address) || address.includes('%')) {
    throw new CofferdamError('ERR_INVALID_ADDRESS', `not an IP address: ${JSON.stringify(address)}`)
  }
  const groups = (part: string): number[] =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => {
          if (!group.includes('.')) return [Number.parseInt(group, 16)]
          const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
          return [(a << 8) | b, (c << 8) | d]
        })
  const [head = '', tail] = address.split('::')
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const all = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right]
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

/** The text of 4 or 16 bytes: `10.89.0.2`, `fd00::1` (RFC 5952). */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0))
  let best = { at: -1, length: 1 }
  for (let at = 0; at < 8; at++) {
    let length = 0
    while (at + length < 8 && groups[at + length] === 0) length++
    if (length > best.length) best = { at, length }
  }
  const hex = groups.map((group) => group.toString(16))
  if (best.at < 0) return hex.join(':')
  return `${hex.slice(0, best.at).join(':')}::${hex.slice(best.at + best.length).join(':')}`
}

/** The family of an address in bytes. */
export function addressFamily(bytes: Uint8Array): number {
  return bytes.length === 4 ? AF.INET : AF.INET6
}

/**
 * A hardware address like `02:cf:0a:59:00:02` as 6 bytes.
 * @throws CofferdamError `ERR_INVALID_ADDRESS`
 */
export function macBytes(mac: string): Uint8Array {
  if (!/^([\da-f]{2}:){5}[\da-f]{2}$/i.test(mac)) {
    throw new CofferdamError('ERR_INVALID_ADDRESS', `not a hardware address: ${JSON.stringify(mac)}`)
  }
  return Uint8Array.from(mac.split(':'), (part) => Number.parseInt(part, 16))
}

/** The text of a hardware address. */
export function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':')
}
