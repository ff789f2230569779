import { NLM_F, type Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Expression } from './expression.js'
import { NFT_MSG, nftMessage, type TableRef } from './protocol.js'

const NFTA_RULE = { TABLE: 1, CHAIN: 2, HANDLE: 3, EXPRESSIONS: 4, USERDATA: 7 } as const

/** A rule: its expressions run in order until one does not match. */
export interface RuleSpec {
  readonly table: TableRef
  readonly chain: string
  readonly expressions: readonly Expression[]
  /** Shown by `nft list`. */
  readonly comment?: string
}

/** Appends a rule to its chain, like `nft add rule`. */
export function newRule(rule: RuleSpec): Message {
  return nftMessage(
    NFT_MSG.NEWRULE,
    NLM_F.ACK | NLM_F.CREATE | NLM_F.APPEND,
    rule.table.family,
    (writer) => {
      writer.attrString(NFTA_RULE.TABLE, rule.table.name).attrString(NFTA_RULE.CHAIN, rule.chain)
      writer.nest(NFTA_RULE.EXPRESSIONS, () => {
        for (const expression of rule.expressions) {
          writer.nest(1, () => {
            writer.attrString(1, expression.name)
            writer.nest(2, () => expression.write(writer))
          })
        }
      })
      if (rule.comment !== undefined) {
        const text = Buffer.from(`${rule.comment}\0`)
        writer.attrBytes(NFTA_RULE.USERDATA, Buffer.concat([Buffer.from([0, text.length]), text]))
      }
    },
    `add a rule to the nftables chain ${rule.table.name} ${rule.chain}`,
  )
}

/** Removes every rule of a chain, like `nft flush chain`. */
export function flushChain(chain: { readonly table: TableRef; readonly name: string }): Message {
  return nftMessage(
    NFT_MSG.DELRULE,
    NLM_F.ACK,
    chain.table.family,
    (writer) => writer.attrString(NFTA_RULE.TABLE, chain.table.name).attrString(NFTA_RULE.CHAIN, chain.name),
    `flush the nftables chain ${chain.table.name} ${chain.name}`,
  )
}

/** Asks for every rule of a chain. */
export function dumpRules(chain: { readonly table: TableRef; readonly name: string }): Message {
  return nftMessage(
    NFT_MSG.GETRULE,
    NLM_F.DUMP,
    chain.table.family,
    (writer) => writer.attrString(NFTA_RULE.TABLE, chain.table.name).attrString(NFTA_RULE.CHAIN, chain.name),
    `list the nftables chain ${chain.table.name} ${chain.name}`,
  )
}

/** The names of the expressions of an `NFT_MSG_NEWRULE` message. */
export function decodeRuleExpressions(body: Reader): string[] {
  const list = body.attributes(4).nest(NFTA_RULE.EXPRESSIONS)
  return (list?.all ?? []).map(([, value]) => value.attributes().string(1) ?? '')
}
