import { NLM_F, type Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import { NFT_MSG, createFlags, nftMessage, type TableRef } from './protocol.js'

const NFTA_TABLE_NAME = 1

/** Makes a table, like `nft add table`; EEXIST with `exclusive` if it exists. */
export function newTable(table: TableRef, options: { readonly exclusive?: boolean } = {}): Message {
  return nftMessage(
    NFT_MSG.NEWTABLE,
    createFlags(options.exclusive),
    table.family,
    (writer) => writer.attrString(NFTA_TABLE_NAME, table.name),
    `create the nftables table ${table.family} ${table.name}`,
  )
}

/** Removes a table with all it holds, like `nft delete table`; ENOENT if there is none. */
export function deleteTable(table: TableRef): Message {
  return nftMessage(
    NFT_MSG.DELTABLE,
    NLM_F.ACK,
    table.family,
    (writer) => writer.attrString(NFTA_TABLE_NAME, table.name),
    `delete the nftables table ${table.family} ${table.name}`,
  )
}

/** Asks for one table. */
export function getTable(table: TableRef): Message {
  return nftMessage(
    NFT_MSG.GETTABLE,
    NLM_F.ACK,
    table.family,
    (writer) => writer.attrString(NFTA_TABLE_NAME, table.name),
    `look up the nftables table ${table.family} ${table.name}`,
  )
}

/** The name of the table of an `NFT_MSG_NEWTABLE` message. */
export function decodeTableName(body: Reader): string {
  return body.attributes(4).string(NFTA_TABLE_NAME) ?? ''
}
