import type { Graph, Node } from './node.js'

/** A checked comparison of an argument; `operand` is already masked for `MASKED_EQ`. */
export interface Condition {
  readonly index: number
  readonly op: Operator
  readonly operand: bigint
  readonly mask: bigint
}

/** The comparison operators of the runtime specification. */
export const operators = {
  SCMP_CMP_NE: 'ne',
  SCMP_CMP_LT: 'lt',
  SCMP_CMP_LE: 'le',
  SCMP_CMP_EQ: 'eq',
  SCMP_CMP_GE: 'ge',
  SCMP_CMP_GT: 'gt',
  SCMP_CMP_MASKED_EQ: 'masked_eq',
} as const

/** {@link operators} without their prefix. */
export type Operator = (typeof operators)[keyof typeof operators]

const ARGS = 16
const low = (value: bigint) => Number(value & 0xffffffffn)
const high = (value: bigint) => Number((value >> 32n) & 0xffffffffn)

/**
 * The graph that goes to `yes` if the argument matches, else to `no`. BPF has 32-bit words: the upper half
 * decides, and only where it is equal the lower half counts. With `wide` false (an architecture whose
 * registers have 32 bits, where the kernel leaves the upper half zero) only lower halves are compared, so that
 * -1 written as a 64-bit number matches.
 */
export function compileCondition(
  graph: Graph,
  { index, op, operand, mask }: Condition,
  wide: boolean,
  yes: Node,
  no: Node,
): Node {
  const lowWord = (node: Node) => graph.load(ARGS + index * 8, node)
  const highWord = (node: Node) => graph.load(ARGS + index * 8 + 4, node)

  const equal = (then: Node, otherwise: Node): Node => {
    const lower =
      low(mask) === 0 ? then : lowWord(graph.and(low(mask), graph.jump('jeq', low(operand), then, otherwise)))
    if (!wide || high(mask) === 0) return lower
    return highWord(graph.and(high(mask), graph.jump('jeq', high(operand), lower, otherwise)))
  }
  const above = (test: 'jgt' | 'jge', then: Node, otherwise: Node): Node => {
    const lower = lowWord(graph.jump(test, low(operand), then, otherwise))
    if (!wide) return lower
    const equalHalf = graph.jump('jeq', high(operand), lower, otherwise)
    return highWord(graph.jump('jgt', high(operand), then, equalHalf))
  }
  switch (op) {
    case 'eq':
    case 'masked_eq':
      return equal(yes, no)
    case 'ne':
      return equal(no, yes)
    case 'gt':
      return above('jgt', yes, no)
    case 'ge':
      return above('jge', yes, no)
    case 'lt':
      return above('jge', no, yes)
    case 'le':
      return above('jgt', no, yes)
  }
}
