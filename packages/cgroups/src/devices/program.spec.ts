import { checkDeviceRules } from '../controllers/devices.js'
import type { DeviceRule } from '../resources.js'
import { deviceProgram } from './program.js'

/** Runs the few eBPF codes that a device program has. */
function allowed(
  rules: DeviceRule[],
  type: 'b' | 'c',
  major: number,
  minor: number,
  access: string,
): boolean {
  const program = deviceProgram(checkDeviceRules(rules))
  const view = new DataView(program.buffer)
  const bits = [...access].reduce((sum, letter) => sum | ({ m: 1, r: 2, w: 4 }[letter] ?? 0), 0)
  const context = [(bits << 16) | (type === 'b' ? 1 : 2), major, minor]
  const r: number[] = []
  for (let pc = 0; pc < program.length / 8; pc++) {
    const code = view.getUint8(pc * 8)
    const [d, s] = [view.getUint8(pc * 8 + 1) & 15, view.getUint8(pc * 8 + 1) >> 4]
    const offset = view.getInt16(pc * 8 + 2, true)
    const k = view.getUint32(pc * 8 + 4, true)
    const value = () => {
      if (r[d] === undefined) throw new Error(`r${d} is not set`)
      return r[d]
    }
    if (code === 0x61) r[d] = context[offset / 4] as number
    else if (code === 0xb4) r[d] = k
    else if (code === 0xbc) r[d] = r[s] as number
    else if (code === 0x54) r[d] = (value() & k) >>> 0
    else if (code === 0x74) r[d] = value() >>> k
    else if (code === 0x16) pc += value() === k ? offset : 0
    else if (code === 0x56) pc += value() !== k ? offset : 0
    else if (code === 0x95) return r[0] === 1
    else throw new Error(`code ${code}`)
  }
  throw new Error('past the end')
}

const deny = { allow: false, access: 'rwm' }
const usual: DeviceRule[] = [
  deny,
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'c', major: 1, minor: 3, access: 'rw' },
  { allow: true, type: 'c', major: 136, access: 'rwm' },
]

it('allows what rules name and nothing else', () => {
  expect(allowed(usual, 'c', 1, 3, 'rw')).toBe(true)
  expect(allowed(usual, 'c', 1, 3, 'r')).toBe(true)
  expect(allowed(usual, 'c', 1, 4, 'r')).toBe(false)
  expect(allowed(usual, 'b', 1, 3, 'r')).toBe(false)
  expect(allowed(usual, 'c', 136, 77, 'rw')).toBe(true)
  expect(allowed(usual, 'c', 9, 9, 'm')).toBe(true)
  expect(allowed(usual, 'b', 9, 9, 'm')).toBe(false)
})

it('lets two rules together grant one request', () => {
  const rules = [
    deny,
    { allow: true, type: 'c', major: 5, minor: 0, access: 'r' },
    { allow: true, type: 'c', major: 5, access: 'w' },
  ]
  expect(allowed(rules, 'c', 5, 0, 'rw')).toBe(true)
  expect(allowed(rules, 'c', 5, 1, 'rw')).toBe(false)
  expect(allowed(rules, 'c', 5, 0, 'rwm')).toBe(false)
})

it('lets later rules stand above earlier ones', () => {
  const rules = [
    deny,
    { allow: true, type: 'c', major: 1 },
    { allow: false, type: 'c', major: 1, minor: 8, access: 'w' },
  ]
  expect(allowed(rules, 'c', 1, 8, 'r')).toBe(true)
  expect(allowed(rules, 'c', 1, 8, 'rw')).toBe(false)
  expect(allowed([...rules, { allow: true }], 'c', 1, 8, 'w')).toBe(true)
  expect(allowed([...rules, deny], 'c', 1, 3, 'r')).toBe(false)
})

it('starts with everything allowed, as v1 does', () => {
  expect(allowed([{ allow: false, type: 'b', major: 8 }], 'c', 1, 3, 'rwm')).toBe(true)
  expect(allowed([{ allow: false, type: 'b', major: 8 }], 'b', 8, 1, 'r')).toBe(false)
})

it('compares numbers of 32 bits', () => {
  expect(
    allowed([deny, { allow: true, type: 'b', major: 0xffffffff, minor: 1 }], 'b', 0xffffffff, 1, 'rwm'),
  ).toBe(true)
})
