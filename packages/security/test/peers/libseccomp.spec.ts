import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { requires, tempDirSync } from '@cofferdam/testing'
import {
  type SeccompArg,
  type SeccompProfile,
  type SeccompSyscall,
  capabilityNames,
  compileSeccomp,
  defaultProfile,
} from '../../src/index.js'
import { returnValue } from '../../src/seccomp/action.js'
import { type ArchitectureName, architecture, architectureOfOci } from '../../src/seccomp/architecture.js'
import { simulate, words } from '../support/simulator.js'

const needs = requires({ commands: ['gcc'], files: ['/usr/include/seccomp.h'] })
const operators = ['', 'NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ']
const ENOSYS = 0x00050026

let program: string
let folder: ReturnType<typeof tempDirSync>

/** What libseccomp makes of a profile. */
function libseccomp(profile: SeccompProfile, native: ArchitectureName): Uint8Array {
  const value = (action: string, data?: number) => returnValue(action, data, { action: '', errnoRet: '' })
  const lines = [`default ${value(profile.defaultAction, profile.defaultErrnoRet)}`]
  const names = new Set<string>([
    native,
    ...(profile.architectures ?? []).map((name) => architectureOfOci(name)?.name ?? ''),
  ])
  for (const name of names) lines.push(`arch ${name}`)
  const twice = (args: readonly SeccompArg[]) => new Set(args.map(({ index }) => index)).size < args.length
  for (const { names: calls, action, errnoRet, args = [] } of profile.syscalls ?? []) {
    // As runc hands rules over: none that repeats the default, one rule for each condition on the same argument.
    if (value(action, errnoRet) === value(profile.defaultAction, profile.defaultErrnoRet)) continue
    for (const call of calls)
      for (const alternative of twice(args) ? args.map((arg) => [arg]) : [args])
        lines.push(
          [`rule ${value(action, errnoRet)} ${call}`]
            .concat(
              alternative.map(
                ({ index, op, value, valueTwo = 0 }) =>
                  `${index} ${operators.indexOf(op.slice(9))} ${value} ${valueTwo}`,
              ),
            )
            .join(' '),
        )
  }
  return execFileSync(program, { input: lines.join('\n') })
}

/** Values around everything a profile compares a call's arguments with. */
function boundaries(profile: SeccompProfile): Map<string, [number, bigint][]> {
  const values = new Map<string, [number, bigint][]>()
  for (const { names, args = [] } of profile.syscalls ?? [])
    for (const name of names)
      for (const { index, value, valueTwo = 0 } of args) {
        const known = values.get(name) ?? []
        for (const base of [BigInt(value), BigInt(valueTwo), BigInt(value) & BigInt(valueTwo)])
          for (const near of [
            base - 1n,
            base,
            base + 1n,
            base ^ (1n << 32n),
            base | (1n << 63n),
            ~base,
            base & 0xffffffffn,
          ])
            known.push([index, BigInt.asUintN(64, near)])
        values.set(name, known)
      }
  return values
}

/** Every call of every architecture of a profile, with ordinary and boundary arguments: those that differ. */
function differences(profile: SeccompProfile, native: ArchitectureName): string[] {
  const ours = compileSeccomp(profile, { architecture: native }).filter
  const theirs = libseccomp(profile, native)
  const interesting = boundaries(profile)
  const differing: string[] = []
  const archs = (['x86_64', 'x86', 'x32', 'aarch64', 'arm'] as const).map(architecture)
  for (const arch of archs) {
    const base = arch.name === 'x32' ? 0x40000000 : 0
    const numbers = new Map(Object.entries(arch.calls).map(([name, number]) => [number, name]))
    const named = (profile.syscalls ?? []).flatMap(({ names }) => names.map((name) => arch.calls[name] ?? -1))
    const newest = Math.max(...named.filter((number) => number < (arch.privateFrom ?? Infinity)))
    for (const number of [...Array.from({ length: 600 }, (_, n) => base + n), ...numbers.keys()]) {
      const sets = [[]] as bigint[][]
      for (const [index, value] of interesting.get(numbers.get(number) ?? '') ?? []) {
        // 32-bit registers hold no more; libseccomp looks at no more on x32 either.
        const fitting = arch.wide && arch.name !== 'x32' ? value : value & 0xffffffffn
        for (const background of [0n, 1n]) {
          const args = Array<bigint>(6).fill(background)
          args[index] = fitting
          sets.push(args)
        }
      }
      for (const args of sets) {
        const data = words({ nr: number, arch: arch.audit, args })
        const [a, b] = [simulate(ours, data), simulate(theirs, data)]
        // Deliberate: calls newer than the profile.
        if (a === b || (a === ENOSYS && number > newest)) continue
        differing.push(
          `${arch.name} ${numbers.get(number) ?? number}(${args.join()}): ${a.toString(16)}, libseccomp ${b.toString(16)}`,
        )
      }
    }
  }
  return differing
}

needs.describe('the same verdicts as libseccomp', () => {
  beforeAll(() => {
    folder = tempDirSync()
    program = join(folder.path, 'export')
    execFileSync('gcc', ['-O1', '-o', program, join(__dirname, '../support/export.c'), '-lseccomp'])
  })
  afterAll(() => folder.remove())

  it.each<[string, Parameters<typeof defaultProfile>[0]]>([
    ['on x86', { architecture: 'x86_64' }],
    ['on x86 with all capabilities', { architecture: 'x86_64', capabilities: capabilityNames }],
    ['on ARM', { architecture: 'aarch64' }],
    ['on ARM with none', { architecture: 'aarch64', capabilities: [] }],
  ])('for the default profile %s', (_, options) => {
    // libseccomp 2.5 knows no calls after Linux 5.17; the profile is compared without those.
    const profile = defaultProfile(options)
    const old = new Set(
      Object.values(['x86_64', 'x86', 'arm'] as const)
        .flatMap((name) => Object.entries(architecture(name).calls))
        .filter(([name, number]) => (number <= 448 && !/^u(ret)?probe$/.test(name)) || number >= 0xf0000)
        .map(([name]) => name),
    )
    const syscalls = (profile.syscalls ?? [])
      .map((rule) => ({ ...rule, names: rule.names.filter((name) => old.has(name)) }))
      .filter(({ names }) => names.length > 0)
    expect(differences({ ...profile, syscalls }, options?.architecture ?? 'x86_64')).toEqual([])
  })

  const actions = [
    { action: 'SCMP_ACT_ALLOW' },
    { action: 'SCMP_ACT_ERRNO', errnoRet: 13 },
    { action: 'SCMP_ACT_TRAP' },
    { action: 'SCMP_ACT_TRACE', errnoRet: 7 },
    { action: 'SCMP_ACT_LOG' },
    { action: 'SCMP_ACT_KILL_PROCESS' },
    { action: 'SCMP_ACT_KILL_THREAD' },
  ]
  it.each(actions)('for the action $action', (action) => {
    const rule = { names: ['read', 'mount', 'socket', 'shmat'], ...action }
    for (const defaultAction of ['SCMP_ACT_ERRNO', 'SCMP_ACT_ALLOW', 'SCMP_ACT_KILL_PROCESS', 'SCMP_ACT_LOG'])
      expect(
        differences(
          { defaultAction, architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'], syscalls: [rule] },
          'x86_64',
        ),
      ).toEqual([])
  })

  const numbers = [
    0n,
    1n,
    40n,
    0x7fffffffn,
    0xffffffffn,
    0x1_0000_0000n,
    0x1234_5678_9abc_def0n,
    0xffff_ffff_ffff_ffffn,
  ]
  it.each(operators.slice(1))('for the operator %s at the ends of both halves', (operator) => {
    for (const value of numbers) {
      const arg = { index: 2, op: `SCMP_CMP_${operator}`, value, valueTwo: value & 0x5555_5555_5555_5555n }
      const rule = { names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args: [arg] }
      expect(
        differences(
          { defaultAction: 'SCMP_ACT_ERRNO', architectures: ['SCMP_ARCH_X86'], syscalls: [rule] },
          'x86_64',
        ),
      ).toEqual([])
    }
  })

  // One rule for a call: libseccomp 2.5.4 joins several of different operators wrongly (it allows an argument that no
  // rule allows, for `a0 != 1` beside `a0 != 2 and a4 >= 3`).
  it('for random conjunctions', () => {
    let seed = 1
    const random = (below: number) => (seed = (seed * 48271) % 0x7fffffff) % below
    for (let round = 0; round < 40; round++) {
      const syscalls = ['read', 'ioctl', 'clone', 'mmap', 'statx'].map((name): SeccompSyscall => {
        const indexes = [0, 1, 2, 3, 4, 5].filter(() => random(3) === 0)
        const args = indexes.map((index) => ({
          index,
          op: `SCMP_CMP_${operators[1 + random(7)]}`,
          value: BigInt(random(4)) * 0x4000_0000n + BigInt(random(3)),
          valueTwo: BigInt(random(4)),
        }))
        return { names: [name], action: 'SCMP_ACT_ALLOW', args }
      })
      const architectures = round % 2 === 0 ? ['SCMP_ARCH_X86'] : []
      expect(differences({ defaultAction: 'SCMP_ACT_ERRNO', architectures, syscalls }, 'x86_64')).toEqual([])
    }
  })
})
