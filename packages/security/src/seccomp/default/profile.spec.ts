import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { simulate } from '../../../test/support/simulator.js'
import { type CapabilityName, capabilityNames, defaultCapabilities } from '../../capability/names.js'
import { type ArchitectureName, architecture } from '../architecture.js'
import { compileSeccomp } from '../compile.js'
import { byCapability } from './calls.js'
import { defaultProfile } from './profile.js'

const ALLOW = 0x7fff0000
const errno = (number: number) => 0x00050000 + number

const facts = new Map(
  readFileSync(join(__dirname, '../../../test/facts/moby-default.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(': ') as [string, string]),
)
const goNames: Record<string, string> = {
  x86_64: 'amd64',
  x86: 'x86',
  x32: 'x32',
  arm: 'arm',
  aarch64: 'arm64',
}

interface Circumstances {
  native: ArchitectureName
  capabilities: readonly CapabilityName[]
  kernel: readonly [number, number]
}

/** What the table says of a call, first argument given. */
function expected(call: string, arg: bigint, { native, capabilities, kernel }: Circumstances): number {
  for (const alternative of facts.get(call)?.split('; ') ?? []) {
    let value = ALLOW
    const holds = alternative.split(', ').every((condition) => {
      const [word, first = '', second = '', third = ''] = condition.split(' ')
      switch (word) {
        case 'always':
          return true
        case 'errno':
          value = errno(Number(first))
          return true
        case 'without':
          return !capabilities.includes(first as CapabilityName)
        case 'on':
          return first.split('|').includes(goNames[native] as string)
        case 'from': {
          const [major, minor] = third === '' ? second.split('.').map(Number) : []
          return kernel[0] > (major ?? 0) || (kernel[0] === major && kernel[1] >= (minor ?? 0))
        }
        case 'arg0':
          if (first === 'eq') return arg === BigInt(second)
          if (first === 'lt') return arg < BigInt(second)
          if (first === 'gt') return arg > BigInt(second)
          return first === 'masked_eq' && (arg & BigInt(second)) === BigInt(third)
        default:
          if (!word?.startsWith('CAP_')) throw new Error(`cannot read ${condition}`)
          return capabilities.includes(word as CapabilityName)
      }
    })
    if (holds) return value
  }
  return errno(1)
}

const args: Record<string, bigint[]> = {
  socket: [...Array.from({ length: 64 }, (_, family) => BigInt(family)), 127n],
  personality: [0n, 1n, 8n, 9n, 0x20000n, 0x20008n, 0x40000n, 0xffffffffn, 0xfffffffen],
  clone: [0n, 0x11n, 0x3d0f00n, ...Array.from({ length: 32 }, (_, bit) => 1n << BigInt(bit)), 0x7e020011n],
}

const sets: [string, readonly CapabilityName[]][] = [
  ['the default set', defaultCapabilities],
  ['none', []],
  ['all', capabilityNames],
  ...capabilityNames
    .filter((name) => name in byCapability || name === 'CAP_NET_ADMIN')
    .map((name): [string, CapabilityName[]] => [name, [name]]),
]

describe.each<[ArchitectureName, ArchitectureName[]]>([
  ['x86_64', ['x86_64', 'x86', 'x32']],
  ['aarch64', ['aarch64', 'arm']],
])('compared with Docker on %s', (native, runs) => {
  it.each(sets)('every call with capabilities: %s', (_, capabilities) => {
    const profile = defaultProfile({ architecture: native, capabilities, kernel: '6.1.0-18-amd64' })
    const { filter } = compileSeccomp(profile, { architecture: native })
    const differing: string[] = []
    for (const arch of runs.map(architecture)) {
      const named = Object.entries(arch.calls).filter(([name]) => facts.has(name))
      const newest = Math.max(
        ...named.map(([, number]) => number).filter((number) => number < (arch.privateFrom ?? Infinity)),
      )
      for (const [name, number] of Object.entries(arch.calls)) {
        for (const arg of args[name] ?? [0n]) {
          const ours = simulate(filter, { nr: number, arch: arch.audit, args: [arg] })
          const newer = number > newest && number < (arch.privateFrom ?? Infinity)
          const theirs = newer ? errno(38) : expected(name, arg, { native, capabilities, kernel: [6, 1] })
          if (ours !== theirs)
            differing.push(`${arch.name} ${name}(${arg}): ${ours.toString(16)} not ${theirs.toString(16)}`)
        }
      }
    }
    expect(differing).toEqual([])
  })
})

const verdict = (name: string, arg: bigint, options: Parameters<typeof defaultProfile>[0] = {}) => {
  const { filter } = compileSeccomp(defaultProfile({ ...options, architecture: 'x86_64' }), {
    architecture: 'x86_64',
  })
  const { audit, calls } = architecture('x86_64')
  return simulate(filter, { nr: calls[name] as number, arch: audit, args: [arg] })
}

it('refuses AF_VSOCK and AF_ALG whatever the upper half of the register holds', () => {
  for (const family of [38n, 40n]) {
    expect(verdict('socket', family)).toBe(errno(1))
    expect(verdict('socket', family + (1n << 32n))).toBe(errno(1))
    expect(verdict('socket', family + (0xffffffffn << 32n))).toBe(errno(1))
  }
  expect(verdict('socket', 2n)).toBe(ALLOW)
})

it('lets ptrace through only from Linux 4.8 on, unless CAP_SYS_PTRACE is there', () => {
  expect(verdict('ptrace', 0n, { kernel: '4.4.0' })).toBe(errno(1))
  expect(verdict('ptrace', 0n, { kernel: '4.8.0-rc1' })).toBe(ALLOW)
  expect(verdict('ptrace', 0n, { kernel: '10.0' })).toBe(ALLOW)
  expect(verdict('ptrace', 0n, { kernel: '4.4.0', capabilities: ['CAP_SYS_PTRACE'] })).toBe(ALLOW)
})

it('is one frozen object for the same circumstances, compiled once', () => {
  const profile = defaultProfile({ architecture: 'x86_64' })
  expect(defaultProfile({ architecture: 'x86_64' })).toBe(profile)
  expect(Object.isFrozen(profile.syscalls?.[0]?.names)).toBe(true)
  expect(compileSeccomp(profile, { architecture: 'x86_64' })).toBe(
    compileSeccomp(profile, { architecture: 'x86_64' }),
  )
})

it('is short: three architectures in fewer than 400 instructions', () => {
  const { filter } = compileSeccomp(defaultProfile({ architecture: 'x86_64' }), { architecture: 'x86_64' })
  expect(filter.byteLength / 8).toBeLessThan(400)
})
