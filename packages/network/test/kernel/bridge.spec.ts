import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { NetlinkSocket, deleteFlow, dumpFlowsToPort } from '@cofferdam/netlink'
import { requires } from '@cofferdam/testing'
import { eventually } from '@cofferdam/testing'
import {
  bridge,
  ownerOf,
  type Attachment,
  type Network,
  type Owner,
  type PortRequest,
} from '../../src/index.js'
import { Lab, hostAddress, remoteAddress, type Peer } from '../lab/lab.js'

const needs = { root: true, network: true, commands: ['nsenter', 'ip', 'nft'] }

requires(needs).describe('bridge network', () => {
  let lab: Lab
  let net: Network
  let remote: Peer
  let before: unknown
  let count = 0

  const attach = async (ports: PortRequest[] = [], network = net): Promise<Attachment & { peer: Peer }> => {
    const containerId = `c${count++}`
    const attachment = await network.attach({ containerId, ports })
    return Object.assign(attachment, { peer: lab.peer(containerId, attachment.netns) })
  }
  const open = (options: Partial<Parameters<typeof bridge>[0]> = {}): Network =>
    bridge({ runDir: lab.runDir, hostNetns: lab.host.fd, ...options })

  beforeAll(async () => {
    lab = await Lab.open()
    before = await lab.state()
    net = open()
    remote = lab.peer('remote', lab.remote.fd)
  })
  afterAll(async () => {
    await net.close()
    const after = await lab.state()
    await lab.close()
    expect(after).toEqual(before)
  })

  it('publishes a port on every host address, 127.0.0.1, to itself and its siblings', async () => {
    const server = await attach([{ container: 80, host: 8080 }])
    const sibling = await attach()
    const host = lab.peer('host', lab.host.fd)
    await server.peer.listen(80)
    const seen = (from: string) => ({ name: server.containerId, from })
    expect(await remote.tcp(hostAddress, 8080)).toEqual(seen(remoteAddress))
    expect(await host.tcp(hostAddress, 8080)).toEqual(seen(hostAddress))
    expect(await host.tcp(server.gateway!, 8080)).toEqual(seen(server.gateway!))
    expect(await host.tcp('127.0.0.1', 8080)).toEqual(seen(server.gateway!))
    expect(await sibling.peer.tcp(hostAddress, 8080)).toEqual(seen(server.gateway!))
    expect(await server.peer.tcp(hostAddress, 8080)).toEqual(seen(server.gateway!))
    expect(await sibling.peer.tcp(server.address!, 80)).toEqual(seen(sibling.address!))
    await server.peer.stop()
    await server.detach()
    expect(await remote.tcp(hostAddress, 8080)).toBe('ECONNREFUSED')
  })

  it('publishes on one address only when asked to', async () => {
    const server = await attach([{ container: 80, host: 8081, hostIp: '127.0.0.1' }])
    const host = lab.peer('host', lab.host.fd)
    await server.peer.listen(80)
    expect(await host.tcp('127.0.0.1', 8081)).toMatchObject({ name: server.containerId })
    expect(await remote.tcp(hostAddress, 8081)).toBe('ECONNREFUSED')
  })

  it('is leased to an owner that is known later, and undone where there is to be none', async () => {
    const leases = (): string[] => {
      const [name = ''] = readdirSync(join(lab.runDir, 'networks'))
      const directory = join(lab.runDir, 'networks', name, 'leases')
      return readdirSync(directory).map((address) => readlinkSync(join(directory, address)))
    }
    const owner = new Promise<Owner | undefined>((resolve) => setTimeout(() => resolve(ownerOf()), 20))
    const attachment = await net.attach({ containerId: 'late', owner })
    expect(leases().filter((lease) => lease.endsWith('/late'))).toEqual([
      expect.stringMatching(`^${process.pid}/`),
    ])
    await attachment.detach()
    await net.idle()
    const state = await lab.state()
    const never = net.attach({ containerId: 'never', owner: Promise.reject(new Error('no owner')) })
    await expect(never).rejects.toThrow('no owner')
    expect(leases().filter((lease) => /\/(late|never)$/.test(lease))).toEqual([])
    expect(await lab.state()).toEqual(state)
  })

  it('publishes on 127.0.0.1 for this host only, also where others send it packets to that address', async () => {
    const own = await Lab.open()
    await using network = bridge({ runDir: own.runDir, hostNetns: own.host.fd })
    const ports = [{ container: 80, host: 8081, hostIp: '127.0.0.1' }]
    const { netns } = await network.attach({ containerId: 'local', ports })
    const server = own.peer('local', netns)
    await server.listen(80)
    const neighbour = (...argv: string[]) => own.runIn(own.remote, ...argv)
    neighbour('sysctl', '-qw', 'net.ipv4.conf.all.route_localnet=1')
    neighbour('ip', 'address', 'del', '127.0.0.1/8', 'dev', 'lo')
    neighbour('ip', 'route', 'add', '127.0.0.1/32', 'via', hostAddress)
    expect(await own.peer('host', own.host.fd).tcp('127.0.0.1', 8081)).toMatchObject({ name: 'local' })
    expect(await own.peer('remote', own.remote.fd).tcp('127.0.0.1', 8081)).toBe('no answer')
    await network.close()
    await own.close()
  })

  it('hides what is not published, and masquerades what goes out', async () => {
    const container = await attach()
    await container.peer.listen(80)
    await remote.listen(9000)
    expect(await remote.tcp(container.address!, 80)).toBe('no answer')
    expect(await container.peer.tcp(remoteAddress, 9000)).toEqual({ name: 'remote', from: hostAddress })
  })

  it('does not make a router of a host that was none', async () => {
    const third = await lab.netns()
    const link = `via ${hostAddress}`
    expect(await lab.sysctl('ipv4/ip_forward')).toBe('1')
    lab.run(
      'ip',
      'link',
      'add',
      'lan',
      'type',
      'veth',
      'peer',
      'name',
      'lan0',
      'netns',
      `/proc/${process.pid}/fd/${third.fd}`,
    )
    lab.run('ip', 'addr', 'add', '198.51.100.1/24', 'dev', 'lan')
    lab.run('ip', 'link', 'set', 'lan', 'up')
    const inThird = ['nsenter', `--net=/proc/${process.pid}/fd/${third.fd}`]
    lab.run(...inThird, 'ip', 'addr', 'add', '198.51.100.2/24', 'dev', 'lan0')
    lab.run(...inThird, 'ip', 'link', 'set', 'lan0', 'up')
    lab.run(
      ...inThird,
      'ip',
      'route',
      'add',
      'default',
      ...link.replace(hostAddress, '198.51.100.1').split(' '),
    )
    const peer = lab.peer('third', third.fd)
    await peer.listen(80)
    expect(await remote.tcp('198.51.100.2', 80)).toBe('no answer')
    lab.run('ip', 'link', 'delete', 'lan')
  })

  it('keeps networks apart, except for published ports', async () => {
    await using other = open({ name: 'other' })
    const [a, b] = [await attach(), await attach([{ container: 80, host: 8082 }], other)]
    await b.peer.listen(80)
    expect(b.address!.split('.').slice(0, 3)).not.toEqual(a.address!.split('.').slice(0, 3))
    expect(await a.peer.tcp(b.address!, 80)).toBe('no answer')
    expect(await a.peer.tcp(hostAddress, 8082)).toMatchObject({ name: b.containerId })
    await b.peer.stop()
  })

  it('internal networks reach nothing outside, isolated containers not each other', async () => {
    await using internal = open({ name: 'internal', internal: true })
    await using isolated = open({ name: 'isolated', isolated: true })
    const published = await attach([{ container: 80, host: 8099 }])
    await published.peer.listen(80)
    const inside = [await attach([], internal), await attach([], internal)] as const
    const apart = [await attach([], isolated), await attach([], isolated)] as const
    await remote.listen(9001)
    await inside[1].peer.listen(80)
    await apart[1].peer.listen(80)
    expect(await inside[0].peer.tcp(inside[1].address!, 80)).toMatchObject({ name: inside[1].containerId })
    expect(await inside[0].peer.tcp(remoteAddress, 9001)).toBe('ENETUNREACH')
    expect(await apart[0].peer.tcp(apart[0].gateway!, 8099)).toMatchObject({ name: published.containerId })
    expect(await inside[0].peer.tcp(inside[0].gateway!, 8099)).toBe('no answer')
    expect(['no answer', 'EHOSTUNREACH']).toContain(await apart[0].peer.tcp(apart[1].address!, 80))
    expect(await apart[0].peer.tcp(remoteAddress, 9001)).toMatchObject({ name: 'remote' })
    await Promise.all([...inside, ...apart, published].map(({ peer }) => peer.stop()))
    await published.detach()
  })

  it('publishes UDP and moves flows that are under way', async () => {
    const first = await attach([{ container: 53, host: 5353, protocol: 'udp' }])
    await first.peer.udpListen(53)
    expect(await remote.udp(hostAddress, 5353, 40001)).toEqual({
      name: first.containerId,
      from: remoteAddress,
    })
    await first.detach()
    const second = await attach([{ container: 53, host: 5353, protocol: 'udp' }])
    await second.peer.udpListen(53)
    expect(await remote.udp(hostAddress, 5353, 40001)).toMatchObject({ name: second.containerId })
    await first.peer.stop()
    // As kernels forget flows that cannot forget all to a port at once.
    using socket = await NetlinkSocket.open('netfilter', { netns: lab.host.fd })
    const flows = await socket.request([dumpFlowsToPort('udp', 5353)])
    expect(flows).toHaveLength(1)
    await socket.request(flows.map(({ body }) => deleteFlow(body)))
    expect(await socket.request([dumpFlowsToPort('udp', 5353)])).toEqual([])
  })

  it('refuses a port in use and names its holder, or finds a free one', async () => {
    const holder = await attach([{ container: 80, host: 8083 }])
    const host = lab.peer('host', lab.host.fd)
    await host.listen(8084)
    const leases = () => lab.run('ls', `${lab.runDir}/networks/default/leases`)
    const held = leases()
    await expect(
      net.attach({ containerId: 'x', ports: [{ container: 80, host: 8083 }] }),
    ).rejects.toMatchObject({
      code: 'ERR_PORT_IN_USE',
      message: `port 8083/tcp of 0.0.0.0 is in use by container ${holder.containerId}`,
    })
    await expect(
      net.attach({ containerId: 'x', ports: [{ container: 80, host: 8084 }] }),
    ).rejects.toMatchObject({
      code: 'ERR_PORT_IN_USE',
      message: 'port 8084/tcp of 0.0.0.0 is in use by a process of this host',
    })
    expect(leases()).toBe(held)
    const free = await attach([{ container: 80 }])
    expect(free.ports).toEqual([
      { container: 80, host: expect.any(Number), hostIp: '0.0.0.0', protocol: 'tcp' },
    ])
    await free.peer.listen(80)
    expect(await remote.tcp(hostAddress, free.ports[0]!.host)).toMatchObject({ name: free.containerId })
    expect(await host.listen(free.ports[0]!.host)).toBe('EADDRINUSE')
  })

  it('gives every address out once, and again when it is free', async () => {
    await using small = open({ name: 'small', subnet: '10.99.0.0/30' })
    const only = await attach([], small)
    await expect(small.attach({ containerId: 'x' })).rejects.toMatchObject({ code: 'ERR_ADDRESS_POOL_EMPTY' })
    await only.peer.stop()
    await only.detach()
    await small.idle()
    const again = await small.attach({ containerId: 'y' })
    expect(again.address).toBe(only.address)
  })

  it('makes its rules again after somebody flushed them', async () => {
    lab.run('nft', 'flush', 'ruleset')
    const server = await attach([{ container: 80, host: 8085 }])
    await server.peer.listen(80)
    expect(await remote.tcp(hostAddress, 8085)).toMatchObject({ name: server.containerId })
    lab.run('nft', 'flush', 'ruleset')
    await server.detach()
  })

  it('connects a namespace that somebody else made, and gives it back', async () => {
    const theirs = await lab.netns()
    const attachment = await net.attach({
      containerId: 'theirs',
      netns: theirs.fd,
      ports: [{ container: 80, host: 8086 }],
    })
    const peer = lab.peer('theirs', theirs.fd)
    await peer.listen(80)
    expect(await remote.tcp(hostAddress, 8086)).toMatchObject({ name: 'theirs' })
    await attachment.detach()
    await net.idle()
    expect(await peer.tcp(hostAddress, 8086)).toBe('ENETUNREACH')
  })

  it('leaves nothing of an attach that was aborted or refused', async () => {
    await net.idle()
    const state = await lab.state()
    const controller = new AbortController()
    const attaching = net.attach({
      containerId: 'x',
      ports: [{ container: 1, host: 8087 }],
      signal: controller.signal,
    })
    controller.abort(new Error('enough'))
    await expect(attaching).rejects.toThrow('enough')
    await expect(net.attach({ containerId: 'x', sysctls: { 'ipv4/nothing': '1' } })).rejects.toMatchObject({
      errno: 'ENOENT',
    })
    await net.idle()
    await eventually(async () => {
      expect(await lab.state()).toEqual(state)
      return true
    })
  })

  it('takes the MTU of the default route and an address that is asked for', async () => {
    const attachment = await net.attach({
      containerId: 'x',
      address: '10.207.3.77',
      mac: '02:00:00:00:00:07',
    })
    const inside = JSON.parse(
      lab.run('nsenter', `--net=/proc/${process.pid}/fd/${attachment.netns}`, 'ip', '-j', 'address'),
    ) as { ifname: string }[]
    expect(inside.find(({ ifname }) => ifname === 'eth0')).toMatchObject({
      mtu: 1400,
      address: '02:00:00:00:00:07',
      addr_info: [expect.objectContaining({ local: '10.207.3.77', prefixlen: 22 })],
    })
    await expect(net.attach({ containerId: 'y', address: '10.207.3.77' })).rejects.toMatchObject({
      code: 'ERR_ADDRESS_IN_USE',
      message: expect.stringContaining('container x'),
    })
  })

  it('names a table that would drop its packets, and the rule that helps', async () => {
    lab.run(
      'nft',
      'add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }',
    )
    await using watched = open({ name: 'watched' })
    const [warning] = await watched.prepare()
    lab.run('nft', 'delete', 'table', 'ip', 'filter')
    expect(warning).toMatch(/nft insert rule ip filter FORWARD iifname cof\w+ accept/)
  })
})
