import { NLM_F, type Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'
import { readData, writeData, type Data } from './data.js'
import { NFT_MSG, createFlags, nftMessage, type TableRef } from './protocol.js'

const NFTA_LIST = { TABLE: 1, SET: 2, ELEMENTS: 3, SET_ID: 4 } as const
const NFTA_SET_ELEM = { KEY: 1, DATA: 2, FLAGS: 3 } as const

/** An element of a set (`key`) or map (`key` and `data`). */
export interface SetElement {
  readonly key: Uint8Array
  readonly data?: Data
}

/** The set that elements belong to. */
export interface SetRef {
  readonly table: TableRef
  readonly name: string
}

function writeElements(writer: Writer, set: SetRef, elements: readonly SetElement[]): void {
  writer.attrString(NFTA_LIST.TABLE, set.table.name).attrString(NFTA_LIST.SET, set.name)
  if (elements.length === 0) return
  writer.nest(NFTA_LIST.ELEMENTS, () => {
    for (const { key, data } of elements) {
      writer.nest(1, () => {
        writeData(writer, NFTA_SET_ELEM.KEY, key)
        if (data !== undefined) writeData(writer, NFTA_SET_ELEM.DATA, data)
      })
    }
  })
}

/** An attribute's length is 16 bits: so many elements fit one message with keys and data of 24 bytes. */
const perMessage = 500

function split(elements: readonly SetElement[]): (readonly SetElement[])[] {
  const lists: (readonly SetElement[])[] = []
  for (let at = 0; at < elements.length; at += perMessage) lists.push(elements.slice(at, at + perMessage))
  return lists
}

/**
 * Adds elements, like `nft add element`. A key that exists with other data fails with EEXIST; with `exclusive`
 * so does one with the same data.
 */
export function newElements(
  set: SetRef,
  elements: readonly SetElement[],
  options: { readonly exclusive?: boolean } = {},
): Message[] {
  return split(elements).map((list) =>
    nftMessage(
      NFT_MSG.NEWSETELEM,
      createFlags(options.exclusive),
      set.table.family,
      (writer) => writeElements(writer, set, list),
      `add elements to the nftables set ${set.table.name} ${set.name}`,
    ),
  )
}

/** Removes elements by key, like `nft delete element`; ENOENT if one is missing (and then removes none). */
export function deleteElements(set: SetRef, elements: readonly SetElement[]): Message[] {
  return split(elements).map((list) =>
    nftMessage(
      NFT_MSG.DELSETELEM,
      NLM_F.ACK,
      set.table.family,
      (writer) => writeElements(writer, set, list),
      `delete elements of the nftables set ${set.table.name} ${set.name}`,
    ),
  )
}

/** Asks for every element of a set. */
export function dumpElements(set: SetRef): Message {
  return nftMessage(
    NFT_MSG.GETSETELEM,
    NLM_F.DUMP,
    set.table.family,
    (writer) => writeElements(writer, set, []),
    `list the nftables set ${set.table.name} ${set.name}`,
  )
}

/** Reads the elements of an `NFT_MSG_NEWSETELEM` message. */
export function decodeElements(body: Reader): SetElement[] {
  const list = body.attributes(4).nest(NFTA_LIST.ELEMENTS)
  return (list?.all ?? []).map(([, value]) => {
    const attributes = value.attributes()
    const key = attributes.nest(NFTA_SET_ELEM.KEY)
    const bytes = key === undefined ? undefined : readData(key)
    const nest = attributes.nest(NFTA_SET_ELEM.DATA)
    const data = nest === undefined ? undefined : readData(nest)
    return {
      key: bytes instanceof Uint8Array ? bytes : new Uint8Array(),
      ...(data !== undefined && { data }),
    }
  })
}
