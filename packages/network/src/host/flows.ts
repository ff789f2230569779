import { isErrno } from '@cofferdam/core'
import {
  deleteFlow,
  deleteFlowsToPort,
  dumpFlowsToPort,
  NetlinkError,
  transact,
  type Message,
  type ReceivedMessage,
  type Step,
} from '@cofferdam/netlink'
import type { HostPort } from '../ports/port.js'
import type { HostStack } from './stack.js'

/** On the netfilter socket: forget the flows to those of the ports that are UDP. */
export function flowMessages(ports: readonly HostPort[]): Message[] {
  return ports.filter(({ protocol }) => protocol === 'udp').map(({ host }) => deleteFlowsToPort('udp', host))
}

/** Forgets the UDP flows to ports that are not published any more: they would keep going to the address they went to. */
export async function forgetFlows(stack: HostStack, ports: readonly HostPort[]): Promise<void> {
  const messages = flowMessages(ports)
  if (messages.length > 0) await transactWithFlows(stack, [{ fd: stack.netfilter.fd, messages }], ports)
}

/**
 * {@link transact} where the last step forgets the UDP flows to ports: one by one where the kernel cannot forget all
 * flows to a port.
 */
export async function transactWithFlows(
  stack: HostStack,
  steps: readonly Step[],
  ports: readonly HostPort[],
): Promise<void> {
  try {
    await transact(stack.lane, steps)
  } catch (error) {
    const isLast = error instanceof NetlinkError && error.step === steps.length - 1
    if (!isLast || !isErrno(error, 'EINVAL') || !error.message.startsWith('forget the udp flows')) throw error
    for (const { protocol, host } of ports) if (protocol === 'udp') await forgetEach(stack, host)
  }
}

async function forgetEach(stack: HostStack, port: number): Promise<void> {
  const flows: ReceivedMessage[] = await stack.netfilter.request([dumpFlowsToPort('udp', port)])
  for (const { body } of flows) {
    try {
      await stack.netfilter.request([deleteFlow(body)])
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
    }
  }
}
