/**
 * A filter as a graph without cycles; equal nodes are one object, so shared tails cost their instructions once
 * and equal results compare with `===`.
 */
export type Node =
  | { readonly kind: 'return'; readonly value: number }
  /** A = 32 bits of struct seccomp_data at `offset`. */
  | { readonly kind: 'load'; readonly offset: number; readonly next: Node }
  /** A &= mask. */
  | { readonly kind: 'and'; readonly mask: number; readonly next: Node }
  | {
      readonly kind: 'jump'
      readonly test: Test
      readonly operand: number
      readonly yes: Node
      readonly no: Node
    }

/** A compared with the operand: equal, above, above or equal, any bit in common; unsigned. */
export type Test = 'jeq' | 'jgt' | 'jge' | 'jset'

/** Makes the nodes of one filter. */
export class Graph {
  readonly #nodes = new Map<string, Node>()
  readonly #ids = new Map<Node, number>()

  /** Ends the filter with `value`. */
  return(value: number): Node {
    return this.#intern(`return ${value}`, { kind: 'return', value })
  }

  /** Loads the word at `offset`, then goes on with `next`. */
  load(offset: number, next: Node): Node {
    return next.kind === 'return'
      ? next
      : this.#intern(`load ${offset} ${this.#id(next)}`, { kind: 'load', offset, next })
  }

  /** Masks the loaded word, then goes on with `next`. */
  and(mask: number, next: Node): Node {
    return mask === 0xffffffff || next.kind === 'return'
      ? next
      : this.#intern(`and ${mask} ${this.#id(next)}`, { kind: 'and', mask, next })
  }

  /** Goes on with `yes` if the loaded word passes the test, else with `no`. */
  jump(test: Test, operand: number, yes: Node, no: Node): Node {
    return yes === no
      ? yes
      : this.#intern(`${test} ${operand} ${this.#id(yes)} ${this.#id(no)}`, {
          kind: 'jump',
          test,
          operand,
          yes,
          no,
        })
  }

  #id(node: Node): number {
    return this.#ids.get(node) ?? -1
  }

  #intern(key: string, node: Node): Node {
    const known = this.#nodes.get(key)
    if (known !== undefined) return known
    this.#nodes.set(key, node)
    this.#ids.set(node, this.#ids.size)
    return node
  }
}
