import { readFileSync } from 'node:fs'
import {
  adjustCapabilities,
  capabilitiesOf,
  capabilityBit,
  capabilityMask,
  capabilityNames,
  defaultCapabilities,
  parseCapability,
} from '../index.js'

describe('names and bits', () => {
  it('has the bits of linux/capability.h', () => {
    expect(capabilityBit('CAP_CHOWN')).toBe(0)
    expect(capabilityBit('CAP_SYS_ADMIN')).toBe(21)
    expect(capabilityBit('CAP_CHECKPOINT_RESTORE')).toBe(40)
    expect(capabilityBit('toString')).toBeUndefined()
  })

  const header = '/usr/include/linux/capability.h'
  const text = (() => {
    try {
      return readFileSync(header, 'utf8')
    } catch {
      return undefined
    }
  })()
  ;(text === undefined ? it.skip : it)(`agrees with ${header} [skipped without linux-libc-dev]`, () => {
    const fromHeader = [...(text as string).matchAll(/^#define (CAP_\w+)\s+(\d+)\s*$/gm)].map(
      ([, name, bit]) => [name, Number(bit)],
    )
    expect(fromHeader).toEqual(capabilityNames.map((name, bit) => [name, bit]))
  })

  it('converts sets both ways', () => {
    expect(capabilityMask(defaultCapabilities)).toBe(0xa80425fbn)
    expect(capabilitiesOf(0xa80425fbn).sort()).toEqual([...defaultCapabilities])
    expect(capabilityMask([])).toBe(0n)
    expect(capabilityMask(['bpf'])).toBe(1n << 39n)
  })

  it('reads names in any case, with or without the prefix', () => {
    expect(parseCapability('net_admin')).toBe('CAP_NET_ADMIN')
    expect(parseCapability('Cap_Chown')).toBe('CAP_CHOWN')
    expect(() => parseCapability('NET_ADMN')).toThrow(
      expect.objectContaining({ code: 'ERR_CAPABILITY_UNKNOWN' }),
    )
  })
})

describe('adding and dropping', () => {
  it('changes the default set', () => {
    expect(adjustCapabilities({})).toHaveLength(14)
    expect(adjustCapabilities({ add: ['NET_ADMIN'], drop: ['cap_mknod'] })).toEqual(
      expect.arrayContaining(['CAP_NET_ADMIN']),
    )
    expect(adjustCapabilities({ drop: ['mknod'] })).not.toContain('CAP_MKNOD')
  })

  it('takes ALL before single names', () => {
    expect(adjustCapabilities({ drop: ['ALL'] })).toEqual([])
    expect(adjustCapabilities({ drop: ['all'], add: ['chown'] })).toEqual(['CAP_CHOWN'])
    expect(adjustCapabilities({ add: ['ALL'], drop: ['MKNOD'] })).toHaveLength(40)
    expect(adjustCapabilities({ add: ['ALL'], drop: ['ALL'] })).toHaveLength(41)
  })
})
