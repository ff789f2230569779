import {
  changeLink,
  deleteFlowsToPort,
  encodeMessages,
  newAddress,
  newElements,
  newLink,
  newRoute,
  newSet,
  nftBatch,
  type Message,
} from './index.js'

const hex = (messages: readonly Message[]): string => Buffer.from(encodeMessages(messages)).toString('hex')
const bytes = (text: string): string => text.replace(/[^\da-f]/g, '')

/** Each vector was accepted by Linux 6.18 as it is. */
describe('golden bytes (little endian)', () => {
  it('veth with its peer in another namespace', () => {
    const veth = newLink(
      {
        name: 'vh0',
        mtu: 1500,
        master: 2,
        up: true,
        kind: { type: 'veth', peer: { name: 'eth0', netnsFd: 17 } },
      },
      { echo: true },
    )
    expect(hex([veth])).toBe(
      bytes(`70000000 10000d06 01000000 00000000 | 00000000 00000000 01000000 01000000 |
        08000300 76683000 | 08000400 dc050000 | 08000a00 02000000 |
        38001280{ 08000100 76657468 | 2c000280{ 28000180{ 00000000 00000000 00000000 00000000 |
        09000300 65746830 00000000 | 08001c00 11000000 }}}`),
    )
  })
  it('address and default route in one send', () => {
    expect(
      hex([
        newAddress({ index: 2, address: '10.89.0.2', prefixLength: 24 }),
        newRoute({ gateway: '10.89.0.1' }),
      ]),
    ).toBe(
      bytes(`30000000 14000506 01000000 00000000 | 02180000 02000000 | 08000200 0a590002 | 08000100 0a590002 |
        08000400 0a5900ff || 24000000 18000506 02000000 00000000 | 02000000 fe040001 00000000 | 08000500 0a590001`),
    )
  })
  it('map element in a transaction', () => {
    const element = {
      key: Uint8Array.of(6, 0, 0, 0, 0x1f, 0x90, 0, 0),
      data: Uint8Array.of(10, 89, 0, 2, 0, 80, 0, 0),
    }
    expect(hex(nftBatch(newElements({ table: { family: 'ip', name: 't' }, name: 'm' }, [element])))).toBe(
      bytes(`14000000 10000100 01000000 00000000 | 0000000a || 4c000000 0c0a0504 02000000 00000000 | 02000000 |
        06000100 74000000 | 06000200 6d000000 | 28000380{ 24000180{ 10000180{ 0c000100 06000000 1f900000 }
        10000280{ 0c000100 0a590002 00500000 }}} || 14000000 11000100 03000000 00000000 | 0000000a`),
    )
  })
  it('delete of the flows to a UDP port', () => {
    expect(hex([deleteFlowsToPort('udp', 5001)])).toBe(
      bytes(`40000000 02010500 01000000 00000000 | 02010000 | 18000180{ 14000280{ 05000100 11000000 |
        06000300 13890000 }} | 14001980{ 08000100 28000000 | 08000200 00000000 }`),
    )
  })
  it('verdict map and set of link names, as nft 1.0.6 makes them', () => {
    const table = { family: 'ip', name: 'zz' } as const
    const body = (name: string, data?: 'verdict') =>
      hex([newSet({ table, name, key: ['ifname'], id: 2, ...(data !== undefined && { data }) })]).slice(32)
    expect(body('v', 'verdict')).toBe(
      bytes(`02000000 | 07000100 7a7a0000 | 06000200 76000000 | 08000300 00000008 | 08000400 00000029 |
        08000500 00000010 | 08000600 ffffff00 | 08000700 00000000 | 08000a00 00000002 |
        10000d00 0004 01000000 0104 00000000`),
    )
    expect(body('b')).toBe(
      bytes(`02000000 | 07000100 7a7a0000 | 06000200 62000000 | 08000300 00000000 | 08000400 00000029 |
        08000500 00000010 | 08000a00 00000002 | 0a000d00 0004 01000000 0000`),
    )
  })
  it('map of concatenations, as nft 1.0.6 makes it', () => {
    const set = { table: { family: 'ip', name: 'zz' }, name: 'm', id: 1 } as const
    const fields = { key: ['inet_proto', 'inet_service'], data: ['ipv4_addr', 'inet_service'] } as const
    expect(hex([newSet({ ...set, ...fields })]).slice(32)).toBe(
      bytes(`02000000 | 07000100 7a7a0000 | 06000200 6d000000 | 08000300 00000008 | 08000400 0000030d |
        08000500 00000008 | 08000600 000001cd | 08000700 00000008 | 08000a00 00000001 |
        10000d00 0004 00000000 0104 00000000`),
    )
  })
  it('flags of a bridge port', () => {
    expect(hex([changeLink({ name: 'vh0', port: { hairpin: true } })])).toBe(
      bytes(`44000000 10000500 01000000 00000000 | 00000000 00000000 00000000 00000000 | 08000300 76683000 |
        1c001280{ 0a000400 62726964 67650000 | 0c000580{ 05000400 01000000 }}`),
    )
  })
})
