import fc from 'fast-check'
import { simulate } from '../../test/support/simulator.js'
import { compileSeccomp } from './compile.js'
import type { SeccompArg, SeccompProfile } from './profile.js'

const X86_64 = 0xc000003e
const I386 = 0x40000003
const AARCH64 = 0xc00000b7
const ARM = 0x40000028
const ALLOW = 0x7fff0000
const KILL_PROCESS = 0x80000000
const errno = (number: number) => 0x00050000 + number
const verdict = (profile: SeccompProfile, arch: number, nr: number, ...args: bigint[]) =>
  simulate(compileSeccomp(profile, { architecture: 'x86_64' }).filter, { nr, arch, args })

const allow = (...names: string[]) => ({ names, action: 'SCMP_ACT_ALLOW' })
const base: SeccompProfile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
  syscalls: [allow('read', 'write', 'openat', 'close_range')],
}

describe('calls and architectures', () => {
  it('allows what is named and refuses the rest with EPERM', () => {
    expect(verdict(base, X86_64, 0)).toBe(ALLOW)
    expect(verdict(base, X86_64, 1)).toBe(ALLOW)
    expect(verdict(base, X86_64, 2)).toBe(errno(1))
    expect(verdict(base, X86_64, 257)).toBe(ALLOW)
    expect(verdict(base, X86_64, 256)).toBe(errno(1))
  })

  it('uses the numbers of each architecture', () => {
    expect(verdict(base, I386, 3)).toBe(ALLOW)
    expect(verdict(base, I386, 0)).toBe(errno(1))
    expect(verdict(base, I386, 295)).toBe(ALLOW)
  })

  it('kills on an architecture that the profile does not name, x32 among them', () => {
    expect(verdict(base, AARCH64, 63)).toBe(KILL_PROCESS)
    expect(verdict(base, X86_64, 0x40000000)).toBe(KILL_PROCESS)
    const x32 = { ...base, architectures: ['SCMP_ARCH_X32'] }
    expect(verdict(x32, X86_64, 0x40000000)).toBe(ALLOW)
    expect(verdict(x32, X86_64, 0)).toBe(ALLOW)
    expect(verdict(x32, X86_64, 0x40000002)).toBe(errno(1))
    expect(verdict(x32, I386, 3)).toBe(KILL_PROCESS)
  })

  it('always takes the native architecture in, and skips ones without a table', () => {
    const profile = { ...base, architectures: ['SCMP_ARCH_S390X'] }
    expect(verdict(profile, X86_64, 0)).toBe(ALLOW)
    const arm64 = compileSeccomp({ ...base, architectures: ['SCMP_ARCH_ARM'] }, { architecture: 'aarch64' })
    expect(simulate(arm64.filter, { nr: 63, arch: AARCH64, args: [] })).toBe(ALLOW)
    expect(simulate(arm64.filter, { nr: 3, arch: ARM, args: [] })).toBe(ALLOW)
    expect(simulate(arm64.filter, { nr: 0, arch: X86_64, args: [] })).toBe(KILL_PROCESS)
  })

  it('reports names that no architecture has', () => {
    const profile = { ...base, syscalls: [allow('read', 'frobnicate')] }
    expect(compileSeccomp(profile).unknownCalls).toEqual(['frobnicate'])
  })
})

describe('calls newer than the profile', () => {
  it('get ENOSYS where the default would refuse', () => {
    expect(verdict(base, X86_64, 436)).toBe(ALLOW)
    expect(verdict(base, X86_64, 435)).toBe(errno(1))
    expect(verdict(base, X86_64, 437)).toBe(errno(38))
    expect(verdict(base, X86_64, 0x3fffffff)).toBe(errno(38))
    expect(verdict(base, X86_64, 0xffffffff)).toBe(errno(38))
    expect(verdict({ ...base, defaultAction: 'SCMP_ACT_KILL_PROCESS' }, X86_64, 437)).toBe(errno(38))
  })

  it.each(['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'])('reach the kernel under %s', (action) => {
    const profile = {
      ...base,
      defaultAction: action,
      syscalls: [{ names: ['read'], action: 'SCMP_ACT_KILL' }],
    }
    expect(verdict(profile, X86_64, 437)).toBe(verdict(profile, X86_64, 1))
  })

  it('counts a refused call as known', () => {
    const profile = { ...base, syscalls: [allow('read'), { names: ['clone3'], action: 'SCMP_ACT_ERRNO' }] }
    expect(verdict(profile, X86_64, 434)).toBe(errno(1))
    expect(verdict(profile, X86_64, 436)).toBe(errno(38))
  })

  it("does not take ARM's private calls for the newest", () => {
    const profile = { ...base, syscalls: [allow('read', 'cacheflush')] }
    const { filter } = compileSeccomp(profile, { architecture: 'arm' })
    expect(simulate(filter, { nr: 0xf0002, arch: ARM, args: [] })).toBe(ALLOW)
    expect(simulate(filter, { nr: 0xf0005, arch: ARM, args: [] })).toBe(errno(1))
    expect(simulate(filter, { nr: 4, arch: ARM, args: [] })).toBe(errno(38))
  })
})

describe('arguments', () => {
  const big = 0x1_0000_0005n
  const cases: [string, bigint, bigint[], bigint[]][] = [
    ['SCMP_CMP_EQ', big, [big], [5n, big + 1n, big + (1n << 32n)]],
    ['SCMP_CMP_NE', big, [5n, big + 1n, 1n << 63n], [big]],
    ['SCMP_CMP_GT', big, [big + 1n, 0x2_0000_0000n], [big, 6n, 0xffffffffn]],
    ['SCMP_CMP_GE', big, [big, big + 1n, 0x2_0000_0000n], [big - 1n, 6n]],
    ['SCMP_CMP_LT', big, [big - 1n, 0xffffffffn, 0n], [big, 0x2_0000_0000n]],
    ['SCMP_CMP_LE', big, [big, 0xffffffffn], [big + 1n, 0x2_0000_0000n]],
  ]
  const withArgs = (...args: SeccompArg[]): SeccompProfile => ({
    ...base,
    syscalls: [{ names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args }],
  })
  it.each(cases)('%s compares 64 bits unsigned', (op, value, match, differ) => {
    const profile = withArgs({ index: 1, value, op })
    for (const arg of match) expect(verdict(profile, X86_64, 16, 0n, arg)).toBe(ALLOW)
    for (const arg of differ) expect(verdict(profile, X86_64, 16, 0n, arg)).toBe(errno(1))
  })

  it('SCMP_CMP_MASKED_EQ masks both sides', () => {
    const profile = withArgs({
      index: 0,
      value: 0x1_0000_00f0n,
      valueTwo: 0x1_0000_0015n,
      op: 'SCMP_CMP_MASKED_EQ',
    })
    expect(verdict(profile, X86_64, 16, 0x1_0000_001fn)).toBe(ALLOW)
    expect(verdict(profile, X86_64, 16, 0xf_0000_0012n)).toBe(ALLOW)
    expect(verdict(profile, X86_64, 16, 0x12n)).toBe(errno(1))
    expect(verdict(profile, X86_64, 16, 0x1_0000_0020n)).toBe(errno(1))
  })

  it('joins conditions on different arguments by and, on the same argument by or', () => {
    const both = withArgs(
      { index: 0, value: 1, op: 'SCMP_CMP_EQ' },
      { index: 1, value: 2, op: 'SCMP_CMP_EQ' },
    )
    expect(verdict(both, X86_64, 16, 1n, 2n)).toBe(ALLOW)
    expect(verdict(both, X86_64, 16, 1n, 3n)).toBe(errno(1))
    const either = withArgs(
      { index: 0, value: 1, op: 'SCMP_CMP_EQ' },
      { index: 0, value: 2, op: 'SCMP_CMP_EQ' },
    )
    expect(verdict(either, X86_64, 16, 2n)).toBe(ALLOW)
    expect(verdict(either, X86_64, 16, 3n)).toBe(errno(1))
  })

  it('lets the first matching rule win, and one without conditions stand first', () => {
    const args = [{ index: 0, value: 1, op: 'SCMP_CMP_GE' }]
    const ordered: SeccompProfile = {
      ...base,
      syscalls: [
        { names: ['ioctl'], action: 'SCMP_ACT_ERRNO', errnoRet: 5, args },
        { names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 2, op: 'SCMP_CMP_LE' }] },
      ],
    }
    expect(verdict(ordered, X86_64, 16, 1n)).toBe(errno(5))
    expect(verdict(ordered, X86_64, 16, 0n)).toBe(ALLOW)
    const unconditional = { ...ordered, syscalls: [...(ordered.syscalls ?? []), allow('ioctl')] }
    expect(verdict(unconditional, X86_64, 16, 1n)).toBe(ALLOW)
  })

  it('compares the lower half on 32-bit architectures', () => {
    const profile = { ...withArgs({ index: 0, value: 0xffffffffffffffffn, op: 'SCMP_CMP_EQ' }) }
    expect(verdict(profile, I386, 54, 0xffffffffn)).toBe(ALLOW)
    expect(verdict(profile, X86_64, 16, 0xffffffffn)).toBe(errno(1))
  })

  it('covers socketcall(2) and ipc(2) of 32-bit x86', () => {
    const profile = { ...base, syscalls: [allow('socket', 'shmat')] }
    expect(verdict(profile, I386, 102, 1n)).toBe(ALLOW)
    expect(verdict(profile, I386, 102, 2n)).toBe(errno(1))
    expect(verdict(profile, I386, 117, 21n)).toBe(ALLOW)
    expect(verdict(profile, I386, 117, 22n)).toBe(errno(1))
  })
})

describe('several rules for one call', () => {
  const compare: Record<string, (arg: bigint, value: bigint, two: bigint) => boolean> = {
    NE: (arg, value) => arg !== value,
    LT: (arg, value) => arg < value,
    LE: (arg, value) => arg <= value,
    EQ: (arg, value) => arg === value,
    GE: (arg, value) => arg >= value,
    GT: (arg, value) => arg > value,
    MASKED_EQ: (arg, value, two) => (arg & value) === (two & value),
  }
  const edges = [0n, 1n, 2n, 0x7fffffffn, 0xffffffffn, 0x1_0000_0000n, 0x1_0000_0001n, 0xffff_ffff_ffff_ffffn]
  const edge = fc.constantFrom(...edges)
  const arg = fc.record({
    index: fc.nat(2),
    op: fc.constantFrom(...Object.keys(compare)),
    value: edge,
    valueTwo: edge,
  })
  const rule = fc.record({
    action: fc.constantFrom('SCMP_ACT_ALLOW', 'SCMP_ACT_TRAP', 'SCMP_ACT_LOG'),
    args: fc.uniqueArray(arg, { maxLength: 3, selector: ({ index }) => index }),
  })
  const values: Record<string, number> = {
    SCMP_ACT_ALLOW: ALLOW,
    SCMP_ACT_TRAP: 0x00030000,
    SCMP_ACT_LOG: 0x7ffc0000,
  }

  it('give what reading them in order gives', () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 6 }), fc.tuple(edge, edge, edge), (rules, given) => {
        const syscalls = rules.map(({ action, args }) => ({
          names: ['ioctl'],
          action,
          args: args.map((one) => ({ ...one, op: `SCMP_CMP_${one.op}` })),
        }))
        const first =
          rules.find(({ args }) => args.length === 0) ??
          rules.find(({ args }) =>
            args.every(({ index, op, value, valueTwo }) =>
              compare[op]?.(given[index] as bigint, value, valueTwo),
            ),
          )
        const expected = first === undefined ? errno(syscalls.length === 0 ? 38 : 1) : values[first.action]
        const profile = { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [allow('read'), ...syscalls] }
        expect(verdict(profile, X86_64, 16, ...given)).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })
})

describe('output', () => {
  it('is the same for the same profile, and cached by content', () => {
    const first = compileSeccomp(base)
    expect(compileSeccomp(structuredClone(base))).toBe(first)
    expect(compileSeccomp({ ...base, defaultErrnoRet: 5 })).not.toBe(first)
  })

  it('holds far jumps: a thousand conditions on one call', () => {
    const args = Array.from({ length: 1000 }, (_, index) => ({
      index: 0,
      value: index * 2,
      op: 'SCMP_CMP_EQ',
    }))
    const profile = {
      ...base,
      syscalls: [allow('read', 'write'), { names: ['ioctl'], action: 'SCMP_ACT_TRAP', args }],
    }
    expect(() => verdict(profile, X86_64, 16, 4n)).toThrow('more than 4096 instructions')
    const native = { ...profile, architectures: [] }
    for (const value of [0n, 998n, 1998n]) expect(verdict(native, X86_64, 16, value)).toBe(0x00030000)
    for (const value of [1n, 999n, 2000n]) expect(verdict(native, X86_64, 16, value)).toBe(errno(1))
    expect(verdict(native, X86_64, 1)).toBe(ALLOW)
  })

  it('has the flags of the profile, and those that a listener needs', () => {
    expect(compileSeccomp({ ...base, flags: ['SECCOMP_FILTER_FLAG_LOG'] }).flags).toBe(2)
    const notify = { ...base, syscalls: [{ names: ['mount'], action: 'SCMP_ACT_NOTIFY' }] }
    expect(compileSeccomp(notify)).toMatchObject({ flags: 8, listener: true })
    expect(compileSeccomp({ ...notify, flags: ['SECCOMP_FILTER_FLAG_TSYNC'] }).flags).toBe(1 + 8 + 16)
  })
})

describe('refused profiles', () => {
  const rule = { names: ['read'], action: 'SCMP_ACT_ALLOW' }
  const arg = { index: 0, value: 0, op: 'SCMP_CMP_EQ' }
  it.each<[string, Partial<SeccompProfile>]>([
    ['defaultAction', { defaultAction: 'SCMP_ACT_MAYBE' }],
    ['defaultAction', { defaultAction: 'SCMP_ACT_NOTIFY' }],
    ['defaultErrnoRet', { defaultErrnoRet: 4096 }],
    ['defaultErrnoRet', { defaultAction: 'SCMP_ACT_ALLOW', defaultErrnoRet: 1 }],
    ['architectures[0]', { architectures: ['SCMP_ARCH_PDP11'] }],
    ['flags[0]', { flags: ['SECCOMP_FILTER_FLAG_NEW_LISTENER'] }],
    ['flags', { flags: ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'] }],
    ['listenerMetadata', { listenerMetadata: 'x' }],
    ['syscalls[0].names', { syscalls: [{ ...rule, names: [] }] }],
    ['syscalls[0].action', { syscalls: [{ names: ['write'], action: 'SCMP_ACT_NOTIFY' }] }],
    ['syscalls[0].errnoRet', { syscalls: [{ ...rule, errnoRet: 1 }] }],
    ['syscalls[0].args[0].index', { syscalls: [{ ...rule, args: [{ ...arg, index: 6 }] }] }],
    ['syscalls[0].args[0].op', { syscalls: [{ ...rule, args: [{ ...arg, op: 'toString' }] }] }],
    ['syscalls[0].args[0].value', { syscalls: [{ ...rule, args: [{ ...arg, value: -1 }] }] }],
    ['syscalls[0].args[0].value', { syscalls: [{ ...rule, args: [{ ...arg, value: 1n << 64n }] }] }],
  ])('%s is named in the error', (path, change) => {
    expect(() => compileSeccomp({ ...base, ...change })).toThrow(
      expect.objectContaining({ code: 'ERR_SECCOMP_PROFILE_INVALID', path }),
    )
  })
})
