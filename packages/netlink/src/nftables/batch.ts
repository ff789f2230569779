import { NLM_F, message, type Message } from '../wire/message.js'
import { NFNL_SUBSYS_NFTABLES, NFPROTO, NFT_MSG, nftMessage, writeNfgen } from './protocol.js'
import type { Reader } from '../wire/reader.js'

const NFNL_MSG_BATCH = { BEGIN: 0x10, END: 0x11 } as const
const NFNL_BATCH_GENID = 1

/**
 * Wraps messages into one transaction, like `nft -f`: all take effect or none. With `generation` the kernel
 * refuses it (ERESTART) if anyone has changed any ruleset since that generation. To be sent in one piece.
 */
export function nftBatch(
  messages: readonly Message[],
  options: { readonly generation?: number } = {},
): Message[] {
  const edge = (type: number, fill?: number): Message =>
    message(
      type,
      NLM_F.REQUEST,
      (writer) => {
        writeNfgen(writer, NFPROTO.UNSPEC, NFNL_SUBSYS_NFTABLES)
        if (fill !== undefined) writer.attrBe32(NFNL_BATCH_GENID, fill)
      },
      type === NFNL_MSG_BATCH.BEGIN ? 'begin the nftables transaction' : 'commit the nftables transaction',
    )
  return [edge(NFNL_MSG_BATCH.BEGIN, options.generation), ...messages, edge(NFNL_MSG_BATCH.END)]
}

/** Asks for the ruleset's generation, which every commit raises. */
export function getGeneration(): Message {
  return nftMessage(NFT_MSG.GETGEN, NLM_F.ACK, undefined, () => {}, 'read the nftables generation')
}

/** Reads the generation of an `NFT_MSG_NEWGEN` message. */
export function decodeGeneration(body: Reader): number {
  return body.attributes(4).be32(1) ?? 0
}
