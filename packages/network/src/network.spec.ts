import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { decodeElements, decodeMessages, encodeMessages, newElements, type Chain } from '@cofferdam/netlink'
import { foreignDropWarnings } from './firewall/foreign.js'
import { elementMatches, elementPort, elementTarget, publishElements } from './firewall/publish.js'
import { routedPrefixes } from './host/links.js'
import { formatOwner, ownerAlive, ownerOf, parseOwner } from '@cofferdam/sys'
import {
  bridge,
  containerHosts,
  containerResolvConf,
  join as joinNetwork,
  NetworkStore,
  parsePorts,
} from './index.js'
import { LeaseDirectory } from './ipam/leases.js'
import { contains, formatPrefix, overlaps, parsePrefix } from './ipam/prefix.js'
import { checkSubnet, chooseSubnet } from './ipam/subnet.js'

const directories: string[] = []
const temporary = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'cofferdam-unit-'))
  directories.push(directory)
  return directory
}
afterAll(() => Promise.all(directories.map((one) => rm(one, { recursive: true }))))

describe('prefixes', () => {
  const prefix = fc
    .record({ base: fc.nat({ max: 0xffffffff }), length: fc.integer({ min: 1, max: 32 }) })
    .map(({ base, length }) => ({ base: base - (base % 2 ** (32 - length)), length }))
  it('round trip, and overlap exactly when they share an address', () => {
    fc.assert(
      fc.property(prefix, prefix, (a, b) => {
        expect(parsePrefix(formatPrefix(a))).toEqual(a)
        expect(overlaps(a, b)).toBe(contains(a, b.base) || contains(b, a.base))
      }),
    )
  })
  it.each(['10.0.0.1/24', '10.0.0.0', '10.0.0.0/33', '10.0.0/24', '300.0.0.0/8', ''])('refuse %p', (text) => {
    expect(() => parsePrefix(text)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_SUBNET' }))
  })
  it('are chosen beside what the host routes', () => {
    const taken = routedPrefixes([
      { family: 2, protocol: 2, destination: '10.207.0.0/21', link: 7 },
      { family: 2, protocol: 2, destination: '10.207.8.0/22', link: 9 },
      { family: 2, protocol: 3, gateway: '10.0.0.1', link: 7 },
    ])
    expect(formatPrefix(chooseSubnet(taken))).toBe('10.207.12.0/22')
    expect(() => checkSubnet(parsePrefix('10.207.9.0/24'), taken, 'n')).toThrow(
      expect.objectContaining({ code: 'ERR_SUBNET_IN_USE' }),
    )
    expect(() => chooseSubnet([parsePrefix('10.0.0.0/8')])).toThrow(
      expect.objectContaining({ code: 'ERR_NO_FREE_SUBNET' }),
    )
  })
})

describe('leases', () => {
  const owner = ownerOf()
  const open = async (directory: string, subnet = '10.0.0.0/29') => {
    const leases = new LeaseDirectory(join(directory, 'leases'), parsePrefix(subnet), '10.0.0.1')
    await leases.open()
    return leases
  }
  it('give out every address once, in turn, never network, gateway or broadcast', async () => {
    const directory = await temporary()
    const [one, two] = [await open(directory), await open(directory)]
    const taken = [
      ...(await Promise.all([one.allocate('a', owner), two.allocate('b', owner), one.allocate('c', owner)])),
      ...(await Promise.all([two.allocate('d', owner), one.allocate('e', owner)])),
    ]
    const [, , third] = taken.sort((a, b) => a.address.localeCompare(b.address))
    expect(taken.map(({ address }) => address)).toEqual([
      '10.0.0.2',
      '10.0.0.3',
      '10.0.0.4',
      '10.0.0.5',
      '10.0.0.6',
    ])
    await expect(one.allocate('f', owner)).rejects.toMatchObject({ code: 'ERR_ADDRESS_POOL_EMPTY' })
    one.release(third!)
    one.release(third!)
    expect(await two.allocate('g', owner)).toMatchObject({ address: '10.0.0.4', containerId: 'g', owner })
    expect((await one.list()).find(({ address }) => address === '10.0.0.4')).toEqual({
      address: '10.0.0.4',
      containerId: 'g',
      owner,
      target: `${formatOwner(owner)}/g`,
    })
  })
  it('are given back by their holder only', async () => {
    const leases = await open(await temporary())
    const dead = { ...owner, startTime: '1' }
    const before = await leases.allocate('before', dead)
    const after = { ...before, containerId: 'after', owner, target: `${formatOwner(owner)}/after` }
    const disowned = leases.disown(before)!
    leases.release(before)
    expect(await leases.list()).toEqual([disowned])
    expect(ownerAlive(disowned.owner)).toBe(false)
    await expect(leases.allocate('after', owner, before.address)).rejects.toMatchObject({
      code: 'ERR_ADDRESS_IN_USE',
    })
    expect(leases.disown(disowned)).toEqual(disowned)
    leases.release(disowned)
    expect(await leases.allocate('after', owner, before.address)).toEqual(after)
    expect(leases.disown(before)).toBeUndefined()
    leases.release(before)
    leases.release(disowned)
    expect([leases.isHeld(before), leases.isHeld(after)]).toEqual([false, true])
    expect(await leases.list()).toEqual([after])
  })
  it('do not hand the address just freed to the next, also across processes', async () => {
    const directory = await temporary()
    const leases = await open(directory)
    const lease = await leases.allocate('a', owner)
    expect(lease.address).toBe('10.0.0.2')
    leases.release(lease)
    await leases.save()
    expect((await (await open(directory)).allocate('b', owner)).address).toBe('10.0.0.3')
  })
  it('find the one free address of many', async () => {
    const directory = await temporary()
    const leases = await open(directory, '10.0.0.0/24')
    await Promise.all(
      Array.from({ length: 253 }, (_, index) => index + 2)
        .filter((last) => last !== 200)
        .map((last) => symlink('x', join(directory, 'leases', `10.0.0.${last}`))),
    )
    expect((await leases.allocate('a', owner)).address).toBe('10.0.0.200')
  })
  it('know who is alive', () => {
    expect(parseOwner(formatOwner(owner))).toEqual(owner)
    expect(ownerAlive(owner)).toBe(true)
    expect(ownerAlive({ ...owner, startTime: '1' })).toBe(false)
    expect(ownerAlive({ ...owner, bootId: 'other' })).toBe(false)
    expect(ownerAlive(parseOwner('nonsense'))).toBe(false)
  })
})

describe('ports', () => {
  it('are read in Docker’s notation', () => {
    expect(parsePorts('80')).toEqual([{ container: 80, host: 0, protocol: 'tcp' }])
    expect(parsePorts('127.0.0.1:8080:80/udp')).toEqual([
      { container: 80, host: 8080, hostIp: '127.0.0.1', protocol: 'udp' },
    ])
    expect(parsePorts('127.0.0.1::80')).toEqual([
      { container: 80, host: 0, hostIp: '127.0.0.1', protocol: 'tcp' },
    ])
    expect(parsePorts('8000-8002:80-82').map(({ host, container }) => [host, container])).toEqual([
      [8000, 80],
      [8001, 81],
      [8002, 82],
    ])
  })
  it.each(['', 'x', '0', '70000', '80/sctp', '80/tcp/udp', '1:2:3:4', '1-3:5', '3-1', 'host:1:1'])(
    'refuse %p',
    (text) => {
      expect(() => parsePorts(text)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_PORT' }))
    },
  )
  it('become map elements that lead to the container', () => {
    const port = fc.record({
      host: fc.integer({ min: 1, max: 65535 }),
      container: fc.integer({ min: 1, max: 65535 }),
      hostIp: fc.constantFrom('0.0.0.0', '127.0.0.1', '192.0.2.7'),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    })
    fc.assert(
      fc.property(port, (published) => {
        const [group, ...rest] = publishElements([published], '10.0.0.9')
        expect(rest).toEqual([])
        const [message] = newElements(group!.set, group!.elements)
        const [element] = decodeElements(decodeMessages(encodeMessages([message!]))[0]!.body)
        expect(element!.key).toHaveLength(published.hostIp === '0.0.0.0' ? 8 : 12)
        expect(elementTarget(element!)).toBe('10.0.0.9')
        expect(elementPort(element!)).toEqual({ host: published.host, protocol: published.protocol })
        expect(elementMatches(element!, published)).toBe(true)
        expect(elementMatches(element!, { ...published, host: (published.host % 65535) + 1 })).toBe(false)
      }),
    )
  })
})

describe('files', () => {
  it('keep only name servers that a container reaches', () => {
    const host =
      '# by hand\nnameserver 127.0.0.53\nnameserver 192.0.2.53\nnameserver ::1\nsearch example.org\n'
    expect(containerResolvConf(host)).toBe('nameserver 192.0.2.53\nsearch example.org\n')
    expect(containerResolvConf('nameserver 127.0.0.1\noptions edns0\n')).toBe(
      'nameserver 1.1.1.1\nnameserver 8.8.8.8\noptions edns0\n',
    )
    expect(containerResolvConf(host, ['9.9.9.9'])).toBe('nameserver 9.9.9.9\nsearch example.org\n')
  })
  it('name the container', () => {
    const hosts = containerHosts({
      hostname: 'web.example.org',
      address: '10.0.0.9',
      extra: { db: '10.0.0.5' },
    })
    expect(hosts).toContain('10.0.0.9\tweb.example.org web\n')
    expect(hosts).toContain('10.0.0.5\tdb\n')
    expect(hosts).toContain('127.0.0.1\tlocalhost\n')
  })
})

describe('bad input is refused before anything is touched', () => {
  it.each([
    [{ name: '../x' }, 'ERR_INVALID_NETWORK'],
    [{ bridge: 'much-too-long-for-a-link' }, 'ERR_INVALID_NETWORK'],
    [{ mtu: 20 }, 'ERR_INVALID_NETWORK'],
    [{ gateway: '10.0.0.1' }, 'ERR_INVALID_NETWORK'],
    [{ subnet: '10.0.0.0/31' }, 'ERR_INVALID_NETWORK'],
    [{ subnet: '10.0.0.0/24', gateway: '10.0.1.1' }, 'ERR_INVALID_NETWORK'],
    [{ subnet: '10.0.0.7/24' }, 'ERR_INVALID_SUBNET'],
  ])('network %p', (options, code) => {
    expect(() => bridge({ runDir: '/nonexistent', ...options })).toThrow(expect.objectContaining({ code }))
  })
  it.each([
    [{ containerId: '../../etc' }, 'ERR_INVALID_CONTAINER_ID'],
    [{ containerId: 'x', hostname: 'a b' }, 'ERR_INVALID_HOSTNAME'],
    [{ containerId: 'x', extraHosts: { 'a\n': '10.0.0.1' } }, 'ERR_INVALID_HOSTNAME'],
    [{ containerId: 'x', dns: ['dns.example.org'] }, 'ERR_INVALID_ADDRESS'],
    [{ containerId: 'x', mac: 'nonsense' }, 'ERR_INVALID_ADDRESS'],
    [{ containerId: 'x', ports: [{ container: 0 }] }, 'ERR_INVALID_PORT'],
    [
      {
        containerId: 'x',
        ports: [
          { container: 1, host: 5 },
          { container: 2, host: 5 },
        ],
      },
      'ERR_INVALID_PORT',
    ],
  ])('attach %p', async (options, code) => {
    const network = bridge({ runDir: '/nonexistent/never/made' })
    await expect(network.attach(options)).rejects.toMatchObject({ code })
  })
  it('a path that is no namespace', async () => {
    const network = joinNetwork({ path: '/dev/null' })
    await expect(network.attach({ containerId: 'x' })).rejects.toMatchObject({ code: 'ERR_NOT_A_NAMESPACE' })
  })
})

describe('definitions', () => {
  it('outlive the process, each name once', async () => {
    const store = new NetworkStore(await temporary())
    await store.create({ name: 'web', driver: 'bridge', subnet: '10.9.0.0/24' })
    await expect(store.create({ name: 'web', driver: 'bridge' })).rejects.toMatchObject({
      code: 'ERR_NETWORK_EXISTS',
    })
    await expect(store.create({ name: 'host', driver: 'bridge' })).rejects.toMatchObject({
      code: 'ERR_NETWORK_EXISTS',
    })
    await expect(store.create({ name: '../x', driver: 'bridge' })).rejects.toMatchObject({
      code: 'ERR_INVALID_NETWORK',
    })
    await store.create({ name: 'db', driver: 'bridge', internal: true })
    expect((await store.list()).map(({ name }) => name)).toEqual(['db', 'web'])
    await store.remove('web')
    await expect(store.get('web')).rejects.toMatchObject({ code: 'ERR_NETWORK_NOT_FOUND' })
    await expect(store.get('../../etc/passwd')).rejects.toMatchObject({ code: 'ERR_INVALID_NETWORK' })
    expect(await store.list()).toEqual([{ name: 'db', driver: 'bridge', internal: true }])
  })
})

it('warns of Docker’s chain, not of ours or of those that accept', () => {
  const forward = {
    family: 2,
    table: 'filter',
    name: 'FORWARD',
    hook: 2,
    priority: 0,
    type: 'filter',
  } as const
  const chains: Chain[] = [
    { ...forward, policy: 'drop' },
    { family: 2, table: 'filter', name: 'DOCKER-USER' },
    { ...forward, family: 1, table: 'cofferdam', policy: 'drop' },
    { ...forward, table: 'other', policy: 'accept' },
  ]
  expect(foreignDropWarnings(chains, 'cof0')).toEqual([
    expect.stringContaining('nft insert rule ip filter DOCKER-USER oifname cof0 accept'),
  ])
})
