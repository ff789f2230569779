import { NFPROTO, writeNfgen } from '../nftables/protocol.js'
import { NLM_F, message, type Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import type { Writer } from '../wire/writer.js'

const IPCTNL_MSG_CT = { GET: (1 << 8) | 1, DELETE: (1 << 8) | 2 } as const
const CTA = { TUPLE_ORIG: 1, ID: 12, ZONE: 18, FILTER: 25 } as const
const NLA_F_NESTED = 0x8000
const nfgenLength = 4
const CTA_TUPLE_PROTO = 2
const CTA_PROTO = { NUM: 1, DST_PORT: 3 } as const
const CTA_FILTER = { ORIG_FLAGS: 1, REPLY_FLAGS: 2 } as const
const filterProtocol = 1 << 3
const filterDestinationPort = 1 << 5

/** Numbers of the protocols that have ports (`IPPROTO_*`). */
export const protocols = { tcp: 6, udp: 17 } as const

function writeFilter(writer: Writer, protocol: keyof typeof protocols, port: number): void {
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
}

/**
 * Forgets every flow of `protocol` whose original destination port is `port`, in one message, like
 * `conntrack -D -p udp --orig-port-dst 53`. Without it, packets of a UDP flow that began before its port was
 * published (or after it was withdrawn) keep going where they went. Older kernels (6.1 is one) refuse it with EINVAL:
 * {@link dumpFlowsToPort} and {@link deleteFlow} then do the same.
 */
export function deleteFlowsToPort(protocol: keyof typeof protocols, port: number): Message {
  return message(
    IPCTNL_MSG_CT.DELETE,
    NLM_F.REQUEST | NLM_F.ACK,
    (writer) => writeFilter(writer, protocol, port),
    `forget the ${protocol} flows to port ${port}`,
  )
}

/** Asks for the flows that {@link deleteFlowsToPort} forgets (Linux 5.8), like `conntrack -L -p udp --orig-port-dst 53`. */
export function dumpFlowsToPort(protocol: keyof typeof protocols, port: number): Message {
  return message(
    IPCTNL_MSG_CT.GET,
    NLM_F.REQUEST | NLM_F.DUMP,
    (writer) => writeFilter(writer, protocol, port),
    `list the ${protocol} flows to port ${port}`,
  )
}

/** Forgets the one flow whose description {@link dumpFlowsToPort} gave; ENOENT where it is gone. */
export function deleteFlow(flow: Reader): Message {
  const attributes = flow.attributes(nfgenLength)
  return message(
    IPCTNL_MSG_CT.DELETE,
    NLM_F.REQUEST | NLM_F.ACK,
    (writer) => {
      writeNfgen(writer, NFPROTO.IPV4, 0, 1)
      const parts = [
        [CTA.TUPLE_ORIG, NLA_F_NESTED],
        [CTA.ZONE, 0],
        [CTA.ID, 0],
      ] as const
      for (const [type, flag] of parts) {
        const bytes = attributes.bytes(type)
        if (bytes !== undefined) writer.attrBytes(type | flag, bytes)
      }
    },
    'forget a flow',
  )
}
