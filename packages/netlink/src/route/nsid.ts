import { AF } from '../wire/ip.js'
import { NLM_F, message, type Message } from '../wire/message.js'
import type { Reader } from '../wire/reader.js'
import { RTM } from './protocol.js'

const NETNSA = { NSID: 1, PID: 2, FD: 3 } as const

/** Asks for the id by which the socket's namespace knows another, like `ip netns list-id`. */
export function getNsid(netnsFd: number): Message {
  return message(
    RTM.GETNSID,
    NLM_F.REQUEST | NLM_F.ACK,
    (writer) => writer.u8(AF.UNSPEC).pad().attrU32(NETNSA.FD, netnsFd),
    'look up the namespace id',
  )
}

/** Gives a namespace an id (-1: the kernel chooses); it can be given once, like `ip netns set NAME ID`. */
export function newNsid(netnsFd: number, nsid = -1): Message {
  return message(
    RTM.NEWNSID,
    NLM_F.REQUEST | NLM_F.ACK,
    (writer) =>
      writer
        .u8(AF.UNSPEC)
        .pad()
        .attrU32(NETNSA.NSID, nsid >>> 0)
        .attrU32(NETNSA.FD, netnsFd),
    'set the namespace id',
  )
}

/** Reads the id of an `RTM_NEWNSID` message; -1 if the namespace has none. */
export function decodeNsid(body: Reader): number {
  return body.attributes(4).i32(NETNSA.NSID) ?? -1
}
