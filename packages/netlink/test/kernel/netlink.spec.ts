import { readlinkSync } from 'node:fs'
import { Lane, closeQuietly } from '@cofferdam/sys'
import { eventually, missing, requires } from '@cofferdam/testing'
import {
  AF,
  NetlinkMonitor,
  NetlinkSocket,
  RTM,
  RTNLGRP,
  addressBytes,
  changeLink,
  createNetns,
  decodeAddress,
  decodeElements,
  decodeGeneration,
  decodeLink,
  decodeRoute,
  deleteElements,
  dumpAddresses,
  dumpElements,
  dumpFlowsToPort,
  dumpLinks,
  dumpRoutes,
  getGeneration,
  getLink,
  netnsSysctls,
  newAddress,
  newElements,
  newLink,
  newRoute,
  newSet,
  newTable,
  nftBatch,
  transact,
} from '../../src/index.js'

requires({ root: true, network: true }).describe('netlink in a namespace of its own', () => {
  const lane = new Lane()
  const fds: number[] = []
  const fresh = async (sysctls?: Record<string, string>) => {
    const netns = await createNetns(lane, sysctls === undefined ? {} : { sysctls })
    fds.push(netns.fd, netns.routeFd)
    return netns
  }
  afterEach(() => fds.splice(0).forEach(closeQuietly))
  afterAll(() => lane.close())

  it('leaves the calling process where it was', async () => {
    const before = readlinkSync('/proc/self/ns/net')
    const netns = await fresh()
    expect(readlinkSync(`/proc/self/fd/${netns.fd}`)).not.toBe(before)
    expect(readlinkSync('/proc/self/ns/net')).toBe(before)
  })

  it('makes a veth pair across two namespaces, addresses and a default route in one call', async () => {
    const [host, container] = [await fresh(), await fresh({ 'ipv6/conf/default/disable_ipv6': '1' })]
    const [[echo] = []] = await transact(lane, [
      {
        fd: host.routeFd,
        messages: [
          newLink(
            { name: 'v0', up: true, kind: { type: 'veth', peer: { name: 'eth0', netnsFd: container.fd } } },
            { echo: true },
          ),
        ],
      },
      {
        fd: container.routeFd,
        messages: [
          newAddress({ index: container.nextIndex, address: '10.0.0.2', prefixLength: 24 }),
          changeLink({ name: 'eth0', up: true }),
          newRoute({ gateway: '10.0.0.1' }),
        ],
      },
    ])
    // Before Linux 6.2 the flag is ignored.
    if (missing({ kernel: '6.2' }) === undefined)
      expect(decodeLink(echo!.body)).toMatchObject({ name: 'v0', link: container.nextIndex })
    else expect(echo).toBeUndefined()
    const inside = NetlinkSocket.adopt(container.routeFd, lane)
    const links = (await inside.request([dumpLinks()])).map((one) => decodeLink(one.body).name)
    expect(links).toEqual(['lo', 'eth0'])
    const addresses = (await inside.request([dumpAddresses()])).map((one) => decodeAddress(one.body))
    expect(addresses).toEqual([expect.objectContaining({ address: '10.0.0.2', prefixLength: 24 })])
    const routes = (await inside.request([dumpRoutes()])).map((one) => decodeRoute(one.body))
    expect(routes).toContainEqual(expect.objectContaining({ gateway: '10.0.0.1', family: AF.INET }))
    expect(await netnsSysctls(lane, container.fd, { 'ipv6/conf/eth0/disable_ipv6': null })).toEqual({
      'ipv6/conf/eth0/disable_ipv6': '1',
    })
  })

  it('stops at the refused step and says which message and why', async () => {
    const netns = await fresh()
    const steps = [
      { fd: netns.routeFd, messages: [newLink({ name: 'b0', kind: { type: 'bridge' } })] },
      {
        fd: netns.routeFd,
        messages: [changeLink({ name: 'lo', up: true }), newRoute({ gateway: '9.9.9.9' })],
      },
      { fd: netns.routeFd, messages: [newLink({ name: 'b1', kind: { type: 'bridge' } })] },
    ]
    await expect(transact(lane, steps)).rejects.toMatchObject({
      code: 'ERR_NETLINK',
      errno: 'ENETUNREACH',
      step: 1,
      index: 1,
      message: expect.stringContaining('Nexthop has invalid gateway'),
    })
    const socket = NetlinkSocket.adopt(netns.routeFd, lane)
    await expect(socket.request([getLink({ name: 'b0' })])).resolves.toHaveLength(1)
    await expect(socket.request([getLink({ name: 'b1' })])).rejects.toMatchObject({ errno: 'ENODEV' })
  })

  it('commits nftables transactions whole, refuses stale ones, reads elements back', async () => {
    const netns = await fresh()
    using socket = await NetlinkSocket.open('netfilter', { netns: netns.fd, lane })
    const table = { family: 'inet', name: 't' } as const
    const map = { table, name: 'm' }
    const generation = async () => decodeGeneration((await socket.request([getGeneration()]))[0]!.body)
    const before = await generation()
    const element = {
      key: Uint8Array.of(6, 0, 0, 0, 0x1f, 0x90, 0, 0),
      data: Uint8Array.from([...addressBytes('10.0.0.2'), 0, 80, 0, 0]),
    }
    const fields = { key: ['inet_proto', 'inet_service'], data: ['ipv4_addr', 'inet_service'] } as const
    await socket.request(
      nftBatch([newTable(table), newSet({ ...map, ...fields, id: 1 }), ...newElements(map, [element])], {
        generation: before,
      }),
    )
    const elements = async () =>
      (await socket.request([dumpElements(map)])).flatMap((one) => decodeElements(one.body))
    expect(await elements()).toEqual([element])
    await expect(
      socket.request(nftBatch(deleteElements(map, [element]), { generation: before })),
    ).rejects.toMatchObject({ errno: 'ERESTART' })
    const missing = { key: Uint8Array.of(17, 0, 0, 0, 0, 1, 0, 0) }
    await expect(
      socket.request(nftBatch([...deleteElements(map, [element]), ...deleteElements(map, [missing])])),
    ).rejects.toMatchObject({ errno: 'ENOENT' })
    expect(await elements()).toEqual([element])
    expect(await socket.request([dumpFlowsToPort('udp', 53)])).toEqual([])
  })

  it('hears events, only of the type asked for', async () => {
    const netns = await fresh()
    const seen: string[] = []
    using _monitor = await NetlinkMonitor.open('route', {
      netns: netns.fd,
      groups: [RTNLGRP.LINK],
      type: RTM.DELLINK,
      onMessage: ({ type, body }) => seen.push(`${type} ${decodeLink(body).name}`),
      onLost: () => seen.push('lost'),
    })
    const other = await fresh()
    const socket = NetlinkSocket.adopt(netns.routeFd, lane)
    await socket.request([newLink({ name: 'v0', kind: { type: 'veth', peer: { netnsFd: other.fd } } })])
    fds.splice(fds.indexOf(other.fd), 2).forEach(closeQuietly)
    await eventually(() => seen.length > 0)
    expect(seen).toEqual([`${RTM.DELLINK} v0`])
  })

  it('refuses a sysctl that does not exist, with its name, and keeps no descriptor', async () => {
    await expect(createNetns(lane, { sysctls: { 'ipv4/no_such': '1' } })).rejects.toMatchObject({
      errno: 'ENOENT',
      path: 'ipv4/no_such',
    })
  })
})
