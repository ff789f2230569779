import { check, type Lane } from '@cofferdam/sys'
import { CofferdamError } from '@cofferdam/core'
import { NetlinkError, decodeAcknowledgement } from '../wire/extack.js'
import {
  NLM_F,
  NLMSG,
  decodeMessages,
  encodeMessages,
  type Message,
  type ReceivedMessage,
} from '../wire/message.js'
import { calls } from './native.js'

/** Messages that go out in one send(2) on the socket `fd`. */
export interface Step {
  readonly fd: number
  readonly messages: readonly Message[]
}

const firstSeq = 1

function answersOf(messages: readonly Message[], bytes: Uint8Array, step: number): ReceivedMessage[] {
  const answers: ReceivedMessage[] = []
  const acknowledged = new Set<number>()
  for (const received of decodeMessages(bytes)) {
    const index = received.seq - firstSeq
    if (index < 0 || index >= messages.length) continue
    const answer = decodeAcknowledgement(received)
    if (answer === undefined) {
      if (received.type > NLMSG.OVERRUN) answers.push(received)
      continue
    }
    if (answer.error < 0) throw new NetlinkError(messages[index], answer, index, step)
    acknowledged.add(index)
  }
  const silent = messages.findIndex(
    ({ flags }, index) =>
      ((flags & NLM_F.ACK) !== 0 || (flags & NLM_F.DUMP) === NLM_F.DUMP) && !acknowledged.has(index),
  )
  if (silent >= 0) {
    throw new CofferdamError('ERR_NETLINK_NO_ANSWER', `${messages[silent]?.label}: the kernel did not answer`)
  }
  return answers
}

/**
 * Sends each step and reads its answers, one after the other on the lane's thread, in one round trip for
 * JavaScript. Ends with the first step in which the kernel refuses a message. Of a routing step the other messages
 * have then taken effect all the same; of an nftables transaction none has.
 * @returns for each step the messages received besides acknowledgements
 * @throws NetlinkError with `step` and `index`; CofferdamError `ERR_SYSCALL`
 */
export async function transact(lane: Lane, steps: readonly Step[]): Promise<ReceivedMessage[][]> {
  const outcome = await calls().netlinkTransact(
    lane.handle,
    steps.flatMap(({ fd, messages }) => [fd, encodeMessages(messages, firstSeq)]),
  )
  if (typeof outcome === 'number') throw refused(outcome, steps[0])
  return outcome.map((bytes, index) => {
    const step = steps[index] as Step
    if (typeof bytes === 'number') throw refused(bytes, step)
    return answersOf(step.messages, bytes, index)
  })
}

function refused(result: number, step: Step | undefined): unknown {
  const label = step?.messages.find((one) => one.label !== undefined)?.label
  try {
    return check('sendmsg', result, { action: label ?? 'send netlink messages' })
  } catch (error) {
    return error
  }
}
