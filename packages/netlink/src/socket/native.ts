import { native, type LaneHandle } from '@cofferdam/sys'

type Fds = number[] | number

interface NetlinkCalls {
  netlinkTransact(
    lane: LaneHandle,
    steps: (number | Uint8Array)[],
  ): Promise<(Uint8Array | number)[] | number> | number
  netnsCreate(lane: LaneHandle, sysctls: (string | null)[], sockets: number[]): Promise<Fds> | number
  netnsSockets(lane: LaneHandle, nsfd: number, sockets: number[]): Promise<Fds> | number
  netnsSysctl(
    lane: LaneHandle,
    nsfd: number,
    sysctls: (string | null)[],
  ): Promise<(string | number)[] | number> | number
  netlinkMonitor(
    fd: number,
    groups: number[],
    type: number,
    callback: (event: Uint8Array | number) => void,
  ): object | number
  netlinkMonitorStop(monitor: object): number
}

/** The addon's calls for netlink. */
export const calls = (): NetlinkCalls => native<NetlinkCalls>()

/** The address family of netlink sockets. */
export const AF_NETLINK = 16

/** `SOCK_RAW`. */
export const SOCK_RAW = 3

/** Protocols of netlink sockets. */
export const protocolNumbers = { route: 0, netfilter: 12 } as const
