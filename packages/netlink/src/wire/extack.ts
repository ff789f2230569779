import { CofferdamError, errnoName, errnoText } from '@cofferdam/core'
import { NLM_F, NLMSG, headerLength, type Message, type ReceivedMessage } from './message.js'
import { Attributes } from './reader.js'

const NLMSGERR_ATTR = { MSG: 1, OFFS: 2, COOKIE: 3, POLICY: 4, MISS_TYPE: 5, MISS_NEST: 6 } as const

/** The kernel's answer to one request: `NLMSG_ERROR` (0 is success) or the end of a dump. */
export interface Acknowledgement {
  readonly seq: number
  /** 0, or a negative error number. */
  readonly error: number
  /** The kernel's own explanation (extended acknowledgement), like `Nexthop has invalid gateway`. */
  readonly text?: string
  /** Byte of the request the explanation is about, from its message header on. */
  readonly offset?: number
  /** Type of the attribute that is missing. */
  readonly missingType?: number
}

/** Reads an `NLMSG_ERROR` or `NLMSG_DONE` message with its extended acknowledgement; undefined for other types. */
export function decodeAcknowledgement(message: ReceivedMessage): Acknowledgement | undefined {
  const { type, flags, seq, body } = message
  if (type !== NLMSG.ERROR && type !== NLMSG.DONE) return undefined
  const error = body.length >= 4 ? body.i32(0) : 0
  if ((flags & NLM_F.ACK_TLVS) === 0) return { seq, error }
  let at = 4
  if (type === NLMSG.ERROR) at += (flags & NLM_F.CAPPED) !== 0 || error === 0 ? headerLength : body.u32(4)
  const attributes = new Attributes(body.bytes.subarray((at + 3) & ~3))
  const text = attributes.string(NLMSGERR_ATTR.MSG)
  const offset = attributes.u32(NLMSGERR_ATTR.OFFS)
  const missingType = attributes.u32(NLMSGERR_ATTR.MISS_TYPE)
  return {
    seq,
    error,
    ...(text !== undefined && { text }),
    ...(offset !== undefined && { offset }),
    ...(missingType !== undefined && { missingType }),
  }
}

/** A request the kernel refused: `errno` is its name, the message has the kernel's explanation. */
export class NetlinkError extends CofferdamError {
  /** Place of the refused message in its step. */
  readonly index: number
  /** Place of the step in its transaction of several; later steps did not run. */
  readonly step: number

  constructor(request: Message | undefined, answer: Acknowledgement, index: number, step = 0) {
    const explained = answer.text === undefined ? '' : ` (${answer.text})`
    const label = request?.label ?? `netlink message of type ${request?.type}`
    super('ERR_NETLINK', `${label}: ${errnoName(answer.error)}: ${errnoText(answer.error)}${explained}`, {
      syscall: 'sendmsg',
      errno: errnoName(answer.error),
    })
    this.name = 'NetlinkError'
    this.index = index
    this.step = step
  }
}
