import {
  RTN,
  RT_TABLE_MAIN,
  decodeLink,
  decodeRoute,
  dumpRoutes,
  getLink,
  type Link,
  type NetlinkSocket,
  type Route,
} from '@cofferdam/netlink'
import { isErrno } from '@cofferdam/core'
import { addressNumber, type Prefix } from '../ipam/prefix.js'

/** The link of that name or index, or undefined. */
export async function findLink(
  route: NetlinkSocket,
  link: { readonly name?: string; readonly index?: number },
): Promise<Link | undefined> {
  try {
    const [found] = await route.request([getLink(link)])
    return found === undefined ? undefined : decodeLink(found.body)
  } catch (error) {
    if (isErrno(error, 'ENODEV')) return undefined
    throw error
  }
}

/** The IPv4 routes of the main table. */
export async function mainRoutes(route: NetlinkSocket): Promise<Route[]> {
  return (await route.request([dumpRoutes()]))
    .map((one) => decodeRoute(one.body))
    .filter((one) => one.table === RT_TABLE_MAIN && one.type === RTN.UNICAST)
}

/** What the routes lead to, without the default route and the link `except`. */
export function routedPrefixes(routes: readonly Route[], except?: number): Prefix[] {
  return routes.flatMap(({ destination, link }) => {
    const [address, length] = destination?.split('/') ?? []
    if (address === undefined || length === '0' || (except !== undefined && link === except)) return []
    return [{ base: addressNumber(address), length: Number(length) }]
  })
}

/** MTU of the link that the default route uses; 1500 if there is none. */
export async function defaultMtu(socket: NetlinkSocket, routes: readonly Route[]): Promise<number> {
  const [best] = routes
    .filter((one) => one.destination === undefined && one.link !== undefined)
    .sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0))
  if (best?.link === undefined) return 1500
  return (await findLink(socket, { index: best.link }))?.mtu ?? 1500
}
