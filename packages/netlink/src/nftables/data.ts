import type { Attributes } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'

const NFTA_DATA = { VALUE: 1, VERDICT: 2 } as const
const NFTA_VERDICT = { CODE: 1, CHAIN: 2 } as const

/** Codes of verdicts (`NF_*`, `NFT_*`). */
const codes = { drop: 0, accept: 1, continue: -1, return: -5, jump: -3, goto: -4 } as const

/** What happens to a packet. */
export type Verdict =
  | { readonly verdict: 'accept' | 'drop' | 'continue' | 'return' }
  | { readonly verdict: 'jump' | 'goto'; readonly chain: string }

/** A value of a register, map or set: bytes, or a verdict. */
export type Data = Uint8Array | Verdict

/** Writes `NFTA_DATA_*` inside attribute `type`. */
export function writeData(writer: Writer, type: number, data: Data): void {
  writer.nest(type, () => {
    if (data instanceof Uint8Array) {
      writer.attrBytes(NFTA_DATA.VALUE, data)
      return
    }
    writer.nest(NFTA_DATA.VERDICT, () => {
      writer.attrBe32(NFTA_VERDICT.CODE, codes[data.verdict] >>> 0)
      if ('chain' in data) writer.attrString(NFTA_VERDICT.CHAIN, data.chain)
    })
  })
}

/** Reads what {@link writeData} wrote. */
export function readData(attributes: Attributes): Data | undefined {
  const value = attributes.bytes(NFTA_DATA.VALUE)
  if (value !== undefined) return value
  const nest = attributes.nest(NFTA_DATA.VERDICT)
  if (nest === undefined) return undefined
  const code = (nest.be32(NFTA_VERDICT.CODE) ?? 0) | 0
  const verdict = Object.entries(codes).find(([, number]) => number === code)?.[0] ?? 'continue'
  const chain = nest.string(NFTA_VERDICT.CHAIN)
  return (chain === undefined ? { verdict } : { verdict, chain }) as Verdict
}
