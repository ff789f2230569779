import fc from 'fast-check'
import type { Writer } from './index.js'
import {
  Attributes,
  addressBytes,
  addressText,
  cmp,
  decodeAcknowledgement,
  decodeAddress,
  decodeChain,
  decodeElements,
  decodeLink,
  decodeMessages,
  decodeNeighbour,
  decodeRoute,
  decodeRuleExpressions,
  encodeMessages,
  macText,
  message,
  meta,
  NetlinkError,
  newAddress,
  newChain,
  newElements,
  newLink,
  newNeighbour,
  newRoute,
  newRule,
  verdict,
  type Message,
  type Reader,
} from './index.js'

const table = { family: 'inet', name: 't' } as const
const body = (request: Message): Reader => decodeMessages(encodeMessages([request]))[0]!.body
const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const ipv4 = octets(4).map(addressText)
const ipv6 = octets(16).map(addressText)
const name = fc.stringMatching(/^[a-z][a-z0-9]{0,14}$/)

describe('round trips', () => {
  it('messages', () => {
    const request = fc.record({
      type: fc.integer({ min: 16, max: 0xffff }),
      flags: fc.integer({ min: 0, max: 0xffff }),
      body: fc.uint8Array({ maxLength: 40 }),
    })
    fc.assert(
      fc.property(fc.array(request), fc.nat({ max: 2 ** 31 }), (requests, seq) => {
        const received = decodeMessages(encodeMessages(requests, seq))
        expect(received.map(({ type, flags, body }) => ({ type, flags, body: body.bytes }))).toEqual(requests)
        expect(received.map((one) => one.seq)).toEqual(requests.map((_, index) => seq + index))
      }),
    )
  })
  it('IP addresses, as node:net reads them', () => {
    fc.assert(
      fc.property(fc.oneof(octets(4), octets(16)), (bytes) => {
        expect(addressBytes(addressText(bytes))).toEqual(bytes)
        if (bytes.length === 16)
          expect(new URL(`http://[${addressText(bytes)}]`).hostname).toBe(`[${addressText(bytes)}]`)
      }),
    )
    expect(addressBytes('::ffff:10.0.0.1').slice(10)).toEqual(Uint8Array.of(255, 255, 10, 0, 0, 1))
  })
  it('links', () => {
    fc.assert(
      fc.property(
        fc.record({
          name,
          index: fc.nat({ max: 2 ** 31 }),
          mtu: fc.integer({ min: 68, max: 65535 }),
          master: fc.nat(),
          address: octets(6).map(macText),
          up: fc.boolean(),
        }),
        (link) => {
          const kind = { type: 'veth', peer: { name: 'eth0' } } as const
          expect(decodeLink(body(newLink({ ...link, kind })))).toEqual({
            ...link,
            flags: Number(link.up),
            kind: 'veth',
          })
        },
      ),
    )
  })
  it('addresses, routes and neighbours', () => {
    fc.assert(
      fc.property(
        fc.oneof(ipv4, ipv6),
        fc.nat({ max: 32 }),
        fc.nat({ max: 0xfff }),
        octets(6).map(macText),
        (address, prefixLength, number, mac) => {
          const spec = { index: 7, address, prefixLength, flags: number, scope: 0 }
          expect(decodeAddress(body(newAddress(spec)))).toEqual(spec)
          const route = { gateway: address, link: 3, metric: number, table: number || 254 }
          expect(decodeRoute(body(newRoute(route)))).toMatchObject(route)
          const neighbour = { index: 3, address, mac, state: 128, flags: 0 }
          expect(decodeNeighbour(body(newNeighbour(neighbour)))).toEqual(neighbour)
        },
      ),
    )
  })
  it('set elements, also more than one message holds', () => {
    const element = fc.record({
      key: octets(8),
      data: fc.oneof(octets(8), fc.constant({ verdict: 'jump', chain: 'c' } as const)),
    })
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 5 }), (elements) => {
        const many = Array.from({ length: 300 }, () => elements).flat()
        const requests = newElements({ table, name: 's' }, many)
        expect(requests.flatMap((request) => decodeElements(body(request)))).toEqual(many)
      }),
      { numRuns: 10 },
    )
  })
  it('chains and rules', () => {
    expect(
      decodeChain(
        body(
          newChain({ table, name: 'c', type: 'nat', hook: 'prerouting', priority: -100, policy: 'accept' }),
        ),
      ),
    ).toEqual({ family: 1, table: 't', name: 'c', type: 'nat', hook: 0, priority: -100, policy: 'accept' })
    const expressions = [meta('l4proto'), cmp('eq', Uint8Array.of(6)), verdict({ verdict: 'accept' })]
    expect(decodeRuleExpressions(body(newRule({ table, chain: 'c', expressions, comment: 'x' })))).toEqual([
      'meta',
      'cmp',
      'immediate',
    ])
  })
})

describe('hostile or cut bytes', () => {
  it('never read past the end and never loop', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const decode of [
          () => decodeMessages(bytes).map(decodeAcknowledgement),
          () => new Attributes(bytes),
          () => decodeMessages(bytes).map((one) => decodeLink(one.body)),
          () => decodeMessages(bytes).map((one) => decodeElements(one.body)),
        ]) {
          try {
            decode()
          } catch (error) {
            expect(error).toMatchObject({ code: 'ERR_NETLINK_TRUNCATED' })
          }
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('acknowledgements', () => {
  const answer = (flags: number, fill: (writer: Writer) => void) =>
    decodeAcknowledgement(decodeMessages(encodeMessages([message(2, flags, fill)], 9))[0]!)

  it('give the kernel’s own explanation', () => {
    const echoed = Buffer.alloc(24)
    echoed.writeUInt32LE(24)
    const full = answer(0x200, (w) =>
      w
        .u32(-22 >>> 0)
        .bytes(echoed)
        .attrString(1, 'Nexthop has invalid gateway')
        .attrU32(2, 28),
    )
    expect(full).toEqual({ seq: 9, error: -22, text: 'Nexthop has invalid gateway', offset: 28 })
    const capped = answer(0x300, (w) =>
      w
        .u32(-22 >>> 0)
        .bytes(echoed.subarray(0, 16))
        .attrString(1, 'no'),
    )
    expect(capped).toEqual({ seq: 9, error: -22, text: 'no' })
    expect(answer(0, (w) => w.u32(0).bytes(echoed.subarray(0, 16)))).toEqual({ seq: 9, error: 0 })
  })
  it('become errors that name the request', () => {
    const error = new NetlinkError(
      newRoute({ gateway: '10.0.0.1' }),
      { seq: 1, error: -101, text: 'Nexthop has invalid gateway' },
      0,
    )
    expect(error).toMatchObject({ code: 'ERR_NETLINK', errno: 'ENETUNREACH' })
    expect(error.message).toBe(
      'add the route default via 10.0.0.1: ENETUNREACH: network is unreachable (Nexthop has invalid gateway)',
    )
  })
})
