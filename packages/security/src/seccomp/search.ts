import type { Graph, Node } from './node.js'

/** From this system call number on (until the next segment) the filter continues with `node`. */
export interface Segment {
  readonly start: number
  readonly node: Node
}

/**
 * A binary search of the loaded number over ordered segments, the first of which starts at 0: neighbours with
 * the same node are one, and a filter of 400 calls decides in about eight comparisons.
 */
export function binarySearch(graph: Graph, segments: readonly Segment[]): Node {
  const merged = segments.filter((segment, index) => segment.node !== segments[index - 1]?.node)
  const build = (from: number, to: number): Node => {
    const middle = (from + to) >> 1
    const segment = merged[middle] as Segment
    if (to - from === 1) return segment.node
    return graph.jump('jge', segment.start, build(middle, to), build(from, middle))
  }
  return build(0, merged.length)
}
