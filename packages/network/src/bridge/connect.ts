import { isErrno } from '@cofferdam/core'
import { NetlinkError, decodeLink, deleteLink, transact, type Step } from '@cofferdam/netlink'
import { ensureFirewall, withdrawAddresses } from '../firewall/apply.js'
import { transactWithFlows } from '../host/flows.js'
import { findLink } from '../host/links.js'
import type { HostStack } from '../host/stack.js'
import { NetlinkSocket } from '@cofferdam/netlink'
import type { PublishedPort } from '../ports/port.js'
import type { Endpoint } from './endpoint.js'
import { containerInterface, containerMessages, publishMessages, vethMessages, vethName } from './messages.js'
import type { BridgeState } from './setup.js'

/** Everything that is known before the kernel is asked. */
export interface Connection {
  readonly state: BridgeState
  readonly endpoint: Endpoint
  readonly address: string
  /** False once the address may be another's: then nothing that is named by it is touched. */
  readonly isHeld: () => boolean
  readonly mac: string
  readonly ports: readonly PublishedPort[]
  readonly hairpin: boolean
}

const hostStep = (stack: HostStack, { endpoint, ...connection }: Connection, echo = false): Step => ({
  fd: stack.route.fd,
  messages: vethMessages({
    ...connection,
    netnsFd: endpoint.netns,
    hairpin: connection.hairpin && connection.ports.length > 0,
    echo,
  }),
})

const portSteps = (stack: HostStack, { ports, address }: Connection): Step[] =>
  publishMessages(ports, address).map((messages) => ({ fd: stack.netfilter.fd, messages }))

/** Index of the container's end in a namespace with links of its own: echoed by Linux 6.2 and later, else looked up. */
async function connectForeign(stack: HostStack, connection: Connection): Promise<number> {
  const { endpoint } = connection
  const [[echo] = []] = await transact(stack.lane, [hostStep(stack, connection, true)])
  const index = echo === undefined ? undefined : decodeLink(echo.body).link
  if (index !== undefined) return index
  const inside = NetlinkSocket.adopt(endpoint.routeFd, stack.lane)
  return (await findLink(inside, { name: containerInterface }))?.index ?? 0
}

/** `fresh` is false once links have come and gone in the namespace: then the kernel says which index is next. */
async function send(stack: HostStack, connection: Connection, fresh: boolean): Promise<void> {
  const { endpoint, state, address } = connection
  const known = fresh ? endpoint.nextIndex : undefined
  const index = known ?? (await connectForeign(stack, connection))
  const inside = { fd: endpoint.routeFd, messages: containerMessages(state, address, index) }
  const steps = [inside, ...portSteps(stack, connection)]
  const all = known === undefined ? steps : [hostStep(stack, connection), ...steps]
  await transactWithFlows(stack, all, connection.ports)
}

/** Removes a link that is or is not there, unless it may be another's. */
export async function removeVeth(stack: HostStack, { address, isHeld }: Connection): Promise<void> {
  if (!isHeld()) return
  try {
    await stack.route.request([deleteLink({ name: vethName(address) })])
  } catch (error) {
    if (!isErrno(error, 'ENODEV')) throw error
  }
}

/** Ports that lead elsewhere are another's, and stay. */
async function undo(stack: HostStack, connection: Connection): Promise<void> {
  if (connection.ports.length > 0 && connection.isHeld()) {
    await withdrawAddresses(stack, new Set([connection.address])).catch(() => {})
  }
  await removeVeth(stack, connection)
}

/**
 * Connects a container in one round trip: link, address, routes and published ports. Where someone emptied the
 * firewall it is made again; a link that a dead owner left under this leased address is removed. Not `fresh` is a
 * namespace that was connected to before.
 * @throws NetlinkError; what was made then is removed
 */
export async function connect(stack: HostStack, connection: Connection, fresh = true): Promise<void> {
  const { address, isHeld, state } = connection
  try {
    await send(stack, connection, fresh)
  } catch (error) {
    const refused = error instanceof NetlinkError ? error : undefined
    try {
      if (refused?.errno === 'ENOENT' && /nftables/.test(refused.message)) {
        await ensureFirewall(stack, state)
        await transactWithFlows(stack, portSteps(stack, connection), connection.ports)
      } else if (refused?.errno === 'EEXIST' && refused.message.includes(vethName(address)) && isHeld()) {
        await removeVeth(stack, connection)
        await send(stack, connection, false)
      } else {
        throw error
      }
    } catch (again) {
      await undo(stack, connection)
      throw again
    }
  }
}
