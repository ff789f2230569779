import { CofferdamError } from '@cofferdam/core'
import type { Node, Test } from './node.js'

/** One `struct sock_filter` (linux/filter.h). */
export interface Instruction {
  readonly code: number
  readonly jt: number
  readonly jf: number
  readonly k: number
}

/** Instruction codes of classic BPF that seccomp accepts and this assembler emits. */
export const BPF = { ld: 0x20, and: 0x54, ja: 0x05, jeq: 0x15, jgt: 0x25, jge: 0x35, jset: 0x45, ret: 0x06 }

/** Most instructions the kernel takes in one program (BPF_MAXINSNS). */
export const MAX_INSTRUCTIONS = 4096

const tests: Readonly<Record<Test, number>> = BPF

/**
 * Lays a graph out as instructions. It is written from the end, because BPF jumps only forward: what a jump
 * points at has its place already, and the distance is known. A conditional jump reaches 255 instructions; a
 * farther target gets a copy (a return) or an unconditional jump with 32 bits of reach right behind.
 * @throws CofferdamError `ERR_SECCOMP_TOO_LARGE`
 */
export function assemble(root: Node): Instruction[] {
  const reversed: Instruction[] = []
  const places = new Map<Node, number>()
  const emit = (code: number, k: number, jt = 0, jf = 0) => reversed.push({ code, jt, jf, k }) - 1
  const distance = (place: number) => reversed.length - place - 1

  /** Makes `node` reachable from the next instruction within `reach`, and returns where. */
  const near = (node: Node, reach: number): number => {
    const place = places.get(node) ?? lay(node)
    if (distance(place) <= reach) return place
    if (node.kind !== 'return') return emit(BPF.ja, distance(place))
    const copy = emit(BPF.ret, node.value)
    places.set(node, copy)
    return copy
  }

  const lay = (node: Node): number => {
    let place: number
    switch (node.kind) {
      case 'return':
        place = emit(BPF.ret, node.value)
        break
      case 'load':
        near(node.next, 0)
        place = emit(BPF.ld, node.offset)
        break
      case 'and':
        near(node.next, 0)
        place = emit(BPF.and, node.mask)
        break
      case 'jump': {
        if (!places.has(node.yes)) lay(node.yes)
        if (!places.has(node.no)) lay(node.no)
        // One instruction of slack: what `no` may need between here and `yes`.
        const yes = near(node.yes, 254)
        const no = near(node.no, 255)
        place = emit(tests[node.test], node.operand, distance(yes), distance(no))
        break
      }
    }
    places.set(node, place)
    if (reversed.length > MAX_INSTRUCTIONS)
      throw new CofferdamError(
        'ERR_SECCOMP_TOO_LARGE',
        `seccomp profile: its filter has more than ${MAX_INSTRUCTIONS} instructions`,
        { hint: 'merge rules, or drop conditions on arguments' },
      )
    return place
  }

  lay(root)
  return reversed.reverse()
}

/** Instructions as an array of struct sock_filter, little-endian as every architecture here is. */
export function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [index, { code, jt, jf, k }] of program.entries()) {
    view.setUint16(index * 8, code, true)
    view.setUint8(index * 8 + 2, jt)
    view.setUint8(index * 8 + 3, jf)
    view.setUint32(index * 8 + 4, k, true)
  }
  return bytes
}
