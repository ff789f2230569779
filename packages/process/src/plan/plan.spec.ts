import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { OP } from './codes.js'
import { deviceNumber } from './encode-mounts.js'
import { encodePlan, type EncodedPlan } from './encode.js'
import { formatPlan } from './format.js'
import type { LaunchPlan, Op } from './ops.js'
import { HEADER_SIZE, OP_SIZE } from './writer.js'

const header = readFileSync(join(__dirname, '../../../sys/native/include/plan.h'), 'utf8')

function ops({ bytes }: EncodedPlan): { code: number; at: number }[] {
  const at = bytes.readUInt32LE(40)
  return Array.from({ length: bytes.readUInt32LE(44) }, (_, i) => ({
    code: bytes.readUInt32LE(at + i * OP_SIZE),
    at: at + i * OP_SIZE,
  }))
}

const reference = (bytes: Buffer, at: number, index: number) => bytes.readUInt32LE(at + 40 + 4 * index)
const blob = (bytes: Buffer, at: number) => bytes.subarray(at + 4, at + 4 + bytes.readUInt32LE(at))

function array(bytes: Buffer, at: number): string[] {
  const count = bytes.readUInt32LE(at)
  const texts = bytes
    .subarray(at + 8 + 8 * (count + 1))
    .toString('utf8')
    .split('\0')
  return texts.slice(0, count)
}

const plan = (list: readonly Op[], more: Partial<LaunchPlan> = {}): LaunchPlan => ({
  ops: list,
  exec: { args: ['sh'], env: [], search: ['/bin'] },
  ...more,
})

describe('the binary form', () => {
  it('has the op codes of the C header', () => {
    const names = [...header.matchAll(/^ {4}OP_([A-Z_]+)(?: = 1)?,/gm)].map((match) => match[1])
    expect(names.at(-1)).toBe('END')
    expect(Object.keys(OP)).toHaveLength(names.length - 1)
    expect(OP['exec']).toBe(names.indexOf('EXEC') + 1)
    expect(OP['pivotRoot']).toBe(names.indexOf('PIVOT') + 1)
    expect(OP['barrier']).toBe(names.indexOf('BARRIER') + 1)
  })
  it('carries version, size, counts and clone flags', () => {
    const encoded = encodePlan(
      plan([{ op: 'setsid' }], { clone: { namespaces: ['mount', 'pid', 'network'], cgroup: 77 } }),
      { reportPid: true },
    )
    const { bytes } = encoded
    expect(bytes.toString('latin1', 0, 4)).toBe('CDMF')
    expect(bytes.readUInt32LE(4)).toBe(Number(/PLAN_ABI (\d+)/.exec(header)?.[1]))
    expect(bytes.readUInt32LE(8)).toBe(bytes.length)
    expect(bytes.readUInt32LE(12)).toBe(2)
    expect(bytes.readBigUInt64LE(16)).toBe(0x60020000n)
    expect(bytes.readInt32LE(24)).toBe(0)
    expect(encoded.fds).toEqual([77])
    expect(ops(encoded).map(({ code }) => code)).toEqual([OP['setsid'], OP['exec']])
  })
  it('asks for a keeper only without a pid namespace, and an intermediate only to join', () => {
    const flags = (more: Partial<LaunchPlan>) => encodePlan(plan([], more)).bytes.readUInt32LE(12)
    expect(flags({})).toBe(8)
    expect(flags({ clone: { namespaces: ['pid'] } })).toBe(0)
    expect(flags({ clone: { join: [{ kind: 'pid', fd: 3 }] } })).toBe(16 | 32)
    expect(flags({ detached: true })).toBe(1)
    expect(
      flags({ clone: { namespaces: ['pid', 'time'], timeOffsets: { boottime: { secs: 1, nanosecs: 0 } } } }),
    ).toBe(16)
  })
  it('enters the user namespace first and the mount namespace last', () => {
    const { before } = encodePlan(
      plan([{ op: 'oomScoreAdj', value: 5 }], {
        clone: {
          join: [
            { kind: 'mount', fd: 1 },
            { kind: 'pid', fd: 2 },
            { kind: 'user', fd: 3 },
          ],
        },
      }),
    )
    expect(before.map((op) => (op.op === 'setns' ? op.kind : op.op))).toEqual([
      'oomScoreAdj',
      'user',
      'pid',
      'mount',
    ])
  })
  it('keeps every argument and variable', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), fc.array(text), (args, env) => {
        fc.pre(args[0] !== '')
        const encoded = encodePlan({ ops: [], exec: { args, env } })
        const [exec] = ops(encoded)
        const at = exec?.at as number
        expect(array(encoded.bytes, reference(encoded.bytes, at, 0))).toEqual(args)
        expect(array(encoded.bytes, reference(encoded.bytes, at, 1))).toEqual(env)
        expect(reference(encoded.bytes, at, 0) % 8).toBe(0)
      }),
    )
  })
  it('keeps sizes over 64 KiB and numbers over 32 bits', () => {
    const value = 'x'.repeat(70_000)
    const encoded = encodePlan(
      plan([
        { op: 'sysctl', name: 'kernel.domainname', value },
        { op: 'rlimit', type: 'RLIMIT_FSIZE', soft: 2 ** 40 + 5, hard: Number.POSITIVE_INFINITY },
      ]),
    )
    const [sysctl, rlimit] = ops(encoded)
    expect(String(blob(encoded.bytes, reference(encoded.bytes, sysctl?.at as number, 1)))).toBe(value)
    expect(encoded.bytes.readBigUInt64LE((rlimit?.at as number) + 24)).toBe(2n ** 40n + 5n)
    expect(encoded.bytes.readBigUInt64LE((rlimit?.at as number) + 32)).toBe(2n ** 64n - 1n)
  })
  it('sends each descriptor once', () => {
    const encoded = encodePlan(
      plan([
        { op: 'stdio', fds: [9, 10, 10, { slot: 2 }] },
        { op: 'waitForStart', fd: 9 },
      ]),
    )
    expect(encoded.fds).toEqual([9, 10])
    const [stdio] = ops(encoded)
    const indexes = blob(encoded.bytes, reference(encoded.bytes, stdio?.at as number, 0))
    expect([0, 4, 8, 12].map((at) => indexes.readInt32LE(at))).toEqual([0, 1, 1, 0x1002])
  })
  it('aligns what the kernel reads', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (name) => {
        fc.pre(!name.includes('\0'))
        const filter = Uint8Array.from({ length: 16 }, (_, i) => i)
        const encoded = encodePlan(
          plan([
            { op: 'hostname', name },
            { op: 'seccomp', filter },
          ]),
        )
        const at = reference(encoded.bytes, ops(encoded)[1]?.at as number, 0)
        expect((at + 4) % 8).toBe(0)
        expect([...blob(encoded.bytes, at)]).toEqual([...filter])
      }),
    )
    expect(HEADER_SIZE % 8).toBe(0)
  })
  it.each([
    [1, 3, 0x103n],
    [4095, 255, 0xfffffn],
    [259, 65536, 0x10010300n],
  ])('encodes device %i:%i', (major, minor, expected) => {
    expect(deviceNumber(major, minor)).toBe(expected)
  })
})

describe('refusals', () => {
  const cases: [string, LaunchPlan, RegExp][] = [
    ['no arguments', { ops: [], exec: { args: [], env: [] } }, /at least one argument/],
    ['an empty program', { ops: [], exec: { args: [''], env: [] } }, /empty/],
    ['a NUL in a variable', { ops: [], exec: { args: ['x'], env: ['A=\0'] } }, /NUL/],
    ['a relative target', plan([{ op: 'bind', source: '/x', target: 'y' }]), /not absolute: "y"/],
    ['a sysctl that climbs', plan([{ op: 'sysctl', name: 'net/../../x', value: '1' }]), /not a sysctl/],
    ['both root forms', plan([{ op: 'root', fd: 3, path: '/x' }]), /either fd or path/],
    [
      'a filter of half an instruction',
      plan([{ op: 'seccomp', filter: new Uint8Array(12) }]),
      /4096 instructions/,
    ],
    ['an unknown slot', plan([{ op: 'stdio', fds: [{ slot: 99 }] }]), /no slot 99/],
    ['a negative descriptor', plan([{ op: 'stdio', fds: [-1] }]), /not a file descriptor/],
    ['maps without a user namespace', plan([], { clone: { uidMappings: [] } }), /user namespace/],
    [
      'offsets without a time namespace',
      plan([], { clone: { timeOffsets: { boottime: { secs: 1, nanosecs: 0 } } } }),
      /time namespace/,
    ],
    [
      'a namespace joined and new',
      plan([], { clone: { namespaces: ['pid'], join: [{ kind: 'pid', fd: 3 }] } }),
      /both joined and made new/,
    ],
    ['an unknown op', plan([{ op: 'fly' } as unknown as Op]), /no such op: "fly"/],
    ['a fraction', plan([{ op: 'rlimit', type: 'RLIMIT_CPU', soft: 1.5, hard: 2 }]), /not a whole number/],
  ]
  it.each(cases)('%s', (_name, bad, message) => {
    expect(() => encodePlan(bad)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_PLAN', message: expect.stringMatching(message) }),
    )
  })
})

it('a plan reads as text', () => {
  const text = formatPlan(
    plan(
      [
        { op: 'setsid' },
        { op: 'propagation', mode: 'slave', recursive: true },
        { op: 'root', fd: 5 },
        { op: 'fsmount', type: 'proc', target: '/proc', attrs: 0xe },
        { op: 'bind', source: '/a', target: '/b', recursive: true, attrs: { set: 1, recursive: true } },
        { op: 'mknod', path: '/dev/null', type: 'c', major: 1, minor: 3, mode: 0o666 },
        { op: 'pivotRoot' },
        { op: 'umask', mask: 0o22 },
        { op: 'boundingSet', keep: 0x1fn },
        { op: 'user', uid: 1, gid: 2, groups: [3] },
        { op: 'seccomp', filter: new Uint8Array(80) },
        { op: 'oomScoreAdj', value: -5, optional: true },
      ],
      { clone: { namespaces: ['pid', 'mount'], uidMappings: [{ containerID: 0, hostID: 9, size: 1 }] } },
    ),
  )
  expect(text).toBe(`clone
  new pid
  new mount
  uid map 0 9 1
do
  setsid
  make / rslave
  attach the root (a detached mount)
  mount proc on /proc nosuid,nodev,noexec
  rbind /a on /b +rdonly recursively
  make device /dev/null c 1:3 666
  change the root (pivot)
  umask 0022
  boundingSet keep=0x1f
  become user 1:2 groups 3
  load a seccomp filter of 10 instructions
  oomScoreAdj value=-5 optional=true (or warn)
exec sh
  argument "sh"
  search /bin
`)
})
