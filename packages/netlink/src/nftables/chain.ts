import { NLM_F, type Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import { NFPROTO, NFT_MSG, createFlags, nftMessage, type TableRef } from './protocol.js'

const NFTA_CHAIN = { TABLE: 1, HANDLE: 2, NAME: 3, HOOK: 4, POLICY: 5, TYPE: 7 } as const
const NFTA_HOOK = { HOOKNUM: 1, PRIORITY: 2 } as const

/** Places in a packet's way (`NF_INET_*`). */
export const hooks = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const

/** A hook by name. */
export type Hook = keyof typeof hooks

/** A chain; with `hook` a base chain that packets enter by themselves. */
export interface ChainSpec {
  readonly table: TableRef
  readonly name: string
  readonly type?: 'filter' | 'nat' | 'route'
  readonly hook?: Hook
  readonly priority?: number
  readonly policy?: 'accept' | 'drop'
}

/** Makes a chain, like `nft add chain`. */
export function newChain(chain: ChainSpec, options: { readonly exclusive?: boolean } = {}): Message {
  const { hook, type, policy } = chain
  return nftMessage(
    NFT_MSG.NEWCHAIN,
    createFlags(options.exclusive),
    chain.table.family,
    (writer) => {
      writer.attrString(NFTA_CHAIN.TABLE, chain.table.name).attrString(NFTA_CHAIN.NAME, chain.name)
      if (hook !== undefined) {
        writer.nest(NFTA_CHAIN.HOOK, () =>
          writer
            .attrBe32(NFTA_HOOK.HOOKNUM, hooks[hook])
            .attrBe32(NFTA_HOOK.PRIORITY, (chain.priority ?? 0) >>> 0),
        )
      }
      if (policy !== undefined) writer.attrBe32(NFTA_CHAIN.POLICY, policy === 'accept' ? 1 : 0)
      if (type !== undefined) writer.attrString(NFTA_CHAIN.TYPE, type)
    },
    `create the nftables chain ${chain.table.name} ${chain.name}`,
  )
}

/** Removes a chain, like `nft delete chain`; EBUSY while rules jump to it. */
export function deleteChain(chain: { readonly table: TableRef; readonly name: string }): Message {
  return nftMessage(
    NFT_MSG.DELCHAIN,
    NLM_F.ACK,
    chain.table.family,
    (writer) => writer.attrString(NFTA_CHAIN.TABLE, chain.table.name).attrString(NFTA_CHAIN.NAME, chain.name),
    `delete the nftables chain ${chain.table.name} ${chain.name}`,
  )
}

/** Asks for every chain of every table, like `nft list chains`. */
export function dumpChains(): Message {
  return nftMessage(NFT_MSG.GETCHAIN, NLM_F.DUMP, undefined, () => {}, 'list the nftables chains')
}

/** A chain as the kernel describes it. */
export interface Chain {
  readonly family: number
  readonly table: string
  readonly name: string
  /** Number of its hook, if it is a base chain. */
  readonly hook?: number
  readonly priority?: number
  readonly policy?: 'accept' | 'drop'
  readonly type?: string
}

/** Reads the body of an `NFT_MSG_NEWCHAIN` message. */
export function decodeChain(body: Reader): Chain {
  const attributes = body.attributes(4)
  const hook = attributes.nest(NFTA_CHAIN.HOOK)
  const policy = attributes.be32(NFTA_CHAIN.POLICY)
  const type = attributes.string(NFTA_CHAIN.TYPE)
  return {
    family: body.u8(0) || NFPROTO.UNSPEC,
    table: attributes.string(NFTA_CHAIN.TABLE) ?? '',
    name: attributes.string(NFTA_CHAIN.NAME) ?? '',
    ...(hook !== undefined && {
      hook: hook.be32(NFTA_HOOK.HOOKNUM) ?? 0,
      priority: (hook.be32(NFTA_HOOK.PRIORITY) ?? 0) | 0,
    }),
    ...(policy !== undefined && { policy: policy === 1 ? ('accept' as const) : ('drop' as const) }),
    ...(type !== undefined && { type }),
  }
}
