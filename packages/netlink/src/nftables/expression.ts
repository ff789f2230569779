import type { Writer } from '../wire/writer.js'
import { writeData, type Data, type Verdict } from './data.js'
import { NFPROTO } from './protocol.js'

/** One step of a rule: writes its own attributes. */
export interface Expression {
  readonly name: string
  /** Appends the attributes inside `NFTA_EXPR_DATA`. */
  readonly write: (writer: Writer) => void
}

/**
 * Registers: `1` to `4` hold 16 bytes, `word(n)` is the n-th word of four bytes of the same space. A concatenation
 * lies in consecutive words from register 1 on.
 */
export const word = (index: number): number => 8 + index

const metaKeys = {
  protocol: 1,
  mark: 3,
  iif: 4,
  oif: 5,
  iifname: 6,
  oifname: 7,
  nfproto: 15,
  l4proto: 16,
} as const
const ctKeys = { state: 0, direction: 1, status: 2, mark: 3 } as const
const operators = { eq: 0, neq: 1, lt: 2, lte: 3, gt: 4, gte: 5 } as const
const bases = { link: 0, network: 1, transport: 2 } as const
const fibFlags = { saddr: 1, daddr: 2, mark: 4, iif: 8, oif: 16 } as const
const fibResults = { oif: 1, oifname: 2, type: 3 } as const

/** Bits of `ct state` (`NF_CT_STATE_BIT`). */
export const ctState = { invalid: 1, established: 2, related: 4, new: 8 } as const

/** Bit of `ct status`: the destination was rewritten (`IPS_DST_NAT`). */
export const IPS_DST_NAT = 1 << 5

/** Loads what the kernel knows about the packet, like `meta iifname`. */
export function meta(key: keyof typeof metaKeys, register = 1): Expression {
  return { name: 'meta', write: (w) => w.attrBe32(2, metaKeys[key]).attrBe32(1, register) }
}

/** Loads bytes of a header, like `ip daddr` (network, 16, 4) and `th dport` (transport, 2, 2). */
export function payload(base: keyof typeof bases, offset: number, length: number, register = 1): Expression {
  return {
    name: 'payload',
    write: (w) => w.attrBe32(1, register).attrBe32(2, bases[base]).attrBe32(3, offset).attrBe32(4, length),
  }
}

/** Loads from the connection the packet belongs to, like `ct state`. */
export function ct(key: keyof typeof ctKeys, register = 1): Expression {
  return { name: 'ct', write: (w) => w.attrBe32(2, ctKeys[key]).attrBe32(1, register) }
}

/** Looks an address up in the routes, like `fib daddr type`. */
export function fib(
  flags: readonly (keyof typeof fibFlags)[],
  result: keyof typeof fibResults,
  register = 1,
): Expression {
  const bits = flags.reduce((sum, flag) => sum | fibFlags[flag], 0)
  return {
    name: 'fib',
    write: (w) => w.attrBe32(1, register).attrBe32(2, fibResults[result]).attrBe32(3, bits),
  }
}

/** Ends the rule unless the register compares to `value` so. */
export function cmp(operator: keyof typeof operators, value: Uint8Array, register = 1): Expression {
  return {
    name: 'cmp',
    write: (w) => {
      w.attrBe32(1, register).attrBe32(2, operators[operator])
      writeData(w, 3, value)
    },
  }
}

/** The register and `mask`, exclusive or `xor`: how prefixes and bits are tested. */
export function bitwise(mask: Uint8Array, register = 1, xor = new Uint8Array(mask.length)): Expression {
  return {
    name: 'bitwise',
    write: (w) => {
      w.attrBe32(1, register).attrBe32(2, register).attrBe32(3, mask.length)
      writeData(w, 4, mask)
      writeData(w, 5, xor)
    },
  }
}

/** Ends the rule unless the register is in the set; a map's data goes to `into` (0: its verdict is obeyed). */
export function lookup(
  set: string,
  options: { readonly register?: number; readonly into?: number; readonly invert?: boolean } = {},
): Expression {
  return {
    name: 'lookup',
    write: (w) => {
      w.attrString(1, set).attrBe32(2, options.register ?? 1)
      if (options.into !== undefined) w.attrBe32(3, options.into)
      if (options.invert === true) w.attrBe32(5, 1)
    },
  }
}

/** Puts a value into a register. */
export function immediate(data: Data, register = 1): Expression {
  return {
    name: 'immediate',
    write: (w) => {
      w.attrBe32(1, register)
      writeData(w, 2, data)
    },
  }
}

/** Decides: `accept`, `drop`, `jump CHAIN` ... */
export function verdict(verdict: Verdict): Expression {
  return immediate(verdict, 0)
}

/** Rewrites the destination to the address and port in two registers, like `dnat ip to ADDRESS:PORT`. */
export function dnat(family: 'ip' | 'ip6', addressRegister: number, portRegister?: number): Expression {
  return {
    name: 'nat',
    write: (w) => {
      w.attrBe32(1, 1).attrBe32(2, family === 'ip' ? NFPROTO.IPV4 : NFPROTO.IPV6)
      w.attrBe32(3, addressRegister).attrBe32(4, addressRegister)
      if (portRegister !== undefined) w.attrBe32(5, portRegister).attrBe32(6, portRegister).attrBe32(7, 2)
    },
  }
}

/** Rewrites the source to the outgoing link's address, like `masquerade`. */
export function masquerade(): Expression {
  return { name: 'masq', write: () => {} }
}

/** Counts packets and bytes. */
export function counter(): Expression {
  return { name: 'counter', write: () => {} }
}

/** An interface name as nftables compares it: 16 bytes, zero padded. */
export function interfaceName(name: string): Uint8Array {
  const bytes = new Uint8Array(16)
  bytes.set(Buffer.from(name).subarray(0, 15))
  return bytes
}
