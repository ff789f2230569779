import type { CheckedDeviceRule } from '../controllers/devices.js'

/** Codes of eBPF instructions (linux/bpf.h) that a device program is made of. */
const BPF = {
  loadWord: 0x61, // BPF_LDX | BPF_MEM | BPF_W
  move: 0xb4, // BPF_ALU | BPF_MOV | BPF_K, 32 bits
  moveRegister: 0xbc, // BPF_ALU | BPF_MOV | BPF_X
  and: 0x54, // BPF_ALU | BPF_AND | BPF_K
  shiftRight: 0x74, // BPF_ALU | BPF_RSH | BPF_K
  jumpEqual: 0x16, // BPF_JMP32 | BPF_JEQ | BPF_K
  jumpNotEqual: 0x56, // BPF_JMP32 | BPF_JNE | BPF_K
  exit: 0x95, // BPF_JMP | BPF_EXIT
} as const

/** Registers: what the kernel gives, and where the program keeps the parts of struct bpf_cgroup_dev_ctx. */
const R = { result: 0, context: 1, access: 2, type: 3, major: 4, minor: 5, scratch: 6 } as const

const access: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 }
const types = { b: 1, c: 2 } as const

interface Instruction {
  readonly code: number
  readonly destination?: number
  readonly source?: number
  readonly offset?: number
  readonly value?: number
}

/**
 * An eBPF program of type BPF_PROG_TYPE_CGROUP_DEVICE for device rules, as an array of struct bpf_insn: what v1's
 * devices.allow and devices.deny do for a group that starts with everything allowed. Later rules stand above earlier
 * ones, access by access: a request for reading and writing may be granted by two rules.
 */
export function deviceProgram(rules: readonly CheckedDeviceRule[]): Uint8Array {
  const program: Instruction[] = [
    { code: BPF.loadWord, destination: R.access, source: R.context, offset: 0 },
    { code: BPF.moveRegister, destination: R.type, source: R.access },
    { code: BPF.and, destination: R.type, value: 0xffff },
    { code: BPF.shiftRight, destination: R.access, value: 16 },
    { code: BPF.loadWord, destination: R.major, source: R.context, offset: 4 },
    { code: BPF.loadWord, destination: R.minor, source: R.context, offset: 8 },
  ]
  for (const rule of [...rules].reverse()) {
    program.push(...block(rule))
    if (isEverything(rule)) return encode(program)
  }
  program.push(...verdict(true))
  return encode(program)
}

/** v1 lets `a` stand for every device and access, whatever else the rule says. */
const isEverything = ({ type }: CheckedDeviceRule) => type === 'a'

function block(rule: CheckedDeviceRule): Instruction[] {
  if (isEverything(rule)) return verdict(rule.allow)
  const bits = [...rule.access].reduce((sum, letter) => sum | (access[letter] ?? 0), 0)
  const body: Instruction[] = rule.allow
    ? [
        // What the rule grants is settled; go on when something is left.
        { code: BPF.and, destination: R.access, value: ~bits },
        { code: BPF.jumpNotEqual, destination: R.access, value: 0, offset: 2 },
        ...verdict(true),
      ]
    : [
        { code: BPF.moveRegister, destination: R.scratch, source: R.access },
        { code: BPF.and, destination: R.scratch, value: bits },
        { code: BPF.jumpEqual, destination: R.scratch, value: 0, offset: 2 },
        ...verdict(false),
      ]
  const tests: [number, number | undefined][] = [
    [R.type, rule.type === 'a' ? undefined : types[rule.type]],
    [R.major, rule.major],
    [R.minor, rule.minor],
  ]
  const wanted = tests.filter((test): test is [number, number] => test[1] !== undefined)
  const guards = wanted.map(([register, value], index): Instruction => ({
    code: BPF.jumpNotEqual,
    destination: register,
    value,
    offset: body.length + wanted.length - index - 1,
  }))
  return [...guards, ...body]
}

const verdict = (allow: boolean): Instruction[] => [
  { code: BPF.move, destination: R.result, value: allow ? 1 : 0 },
  { code: BPF.exit },
]

function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [index, { code, destination = 0, source = 0, offset = 0, value = 0 }] of program.entries()) {
    view.setUint8(index * 8, code)
    view.setUint8(index * 8 + 1, destination | (source << 4))
    view.setInt16(index * 8 + 2, offset, true)
    view.setInt32(index * 8 + 4, value | 0, true)
  }
  return bytes
}
