import { NFPROTO, writeNfgen } from '../nftables/protocol.js'
import { NLM_F, message, type Message } from '../wire/message.js'

const IPCTNL_MSG_CT_DELETE = (1 << 8) | 2
const CTA = { TUPLE_ORIG: 1, FILTER: 25 } as const
const CTA_TUPLE_PROTO = 2
const CTA_PROTO = { NUM: 1, DST_PORT: 3 } as const
const CTA_FILTER = { ORIG_FLAGS: 1, REPLY_FLAGS: 2 } as const
const filterProtocol = 1 << 3
const filterDestinationPort = 1 << 5

/** Numbers of the protocols that have ports (`IPPROTO_*`). */
export const protocols = { tcp: 6, udp: 17 } as const

/**
 * Forgets every flow of `protocol` whose original destination port is `port`, in one message (Linux 5.8), like
 * `conntrack -D -p udp --orig-port-dst 53`. Without it, packets of a UDP flow that began before its port was
 * published (or after it was withdrawn) keep going where they went.
 */
export function deleteFlowsToPort(protocol: keyof typeof protocols, port: number): Message {
  return message(
    IPCTNL_MSG_CT_DELETE,
    NLM_F.REQUEST | NLM_F.ACK,
    (writer) => {
      writeNfgen(writer, NFPROTO.IPV4, 0, 1)
      writer.nest(CTA.TUPLE_ORIG, () =>
        writer.nest(CTA_TUPLE_PROTO, () =>
          writer.attrU8(CTA_PROTO.NUM, protocols[protocol]).attrBe16(CTA_PROTO.DST_PORT, port),
        ),
      )
      // These bits alone select by protocol and port; the bit beside them (zone) would match every flow.
      writer.nest(CTA.FILTER, () =>
        writer
          .attrU32(CTA_FILTER.ORIG_FLAGS, filterProtocol | filterDestinationPort)
          .attrU32(CTA_FILTER.REPLY_FLAGS, 0),
      )
    },
    `forget the ${protocol} flows to port ${port}`,
  )
}
