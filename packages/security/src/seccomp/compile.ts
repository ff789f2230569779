import { SECCOMP_RET, reachesKernel } from './action.js'
import {
  type Architecture,
  type ArchitectureName,
  X32_BIT,
  architecture,
  architectureOfOci,
  isKnownCall,
  nativeArchitecture,
} from './architecture.js'
import { assemble, encode } from './assemble.js'
import { cached } from './cache.js'
import { compileCondition } from './condition.js'
import { profileError } from './error.js'
import { filterFlags } from './flags.js'
import { multiplexed } from './multiplex.js'
import { Graph, type Node } from './node.js'
import type { SeccompProfile } from './profile.js'
import { type Rule, type Rules, checkRules } from './rule.js'
import { type Segment, binarySearch } from './search.js'

/** A profile as the kernel takes it. */
export interface CompiledSeccomp {
  /** Array of `struct sock_filter` (8 bytes each): at most 4096. */
  readonly filter: Uint8Array
  /** Flags for seccomp(SECCOMP_SET_MODE_FILTER, flags, program). */
  readonly flags: number
  /** Whether a rule notifies: loading the filter then returns the listener's descriptor. */
  readonly listener: boolean
  /** Names in the profile that no architecture here has. They match nothing, as with libseccomp. */
  readonly unknownCalls: readonly string[]
}

/** {@link compileSeccomp}'s options. */
export interface CompileSeccompOptions {
  /** The architecture the filter will run on; this process's unless given. */
  readonly architecture?: ArchitectureName
}

const NR = 0
const ARCH = 4
const ENOSYS = 38
const LAST = 0xffffffff

/**
 * Compiles an OCI seccomp profile to classic BPF (seccomp(2), linux/seccomp.h). What the filter does:
 *
 * - a call of an architecture that the profile does not name kills the process;
 * - the first matching rule of a call wins, but one without conditions stands before all that have some, as in
 *   libseccomp;
 * - a call with a number above every call that the profile names on that architecture gets ENOSYS where the
 *   default action would refuse it, as runc does: the profile was written before the call existed, and programs
 *   fall back on ENOSYS, not on EPERM.
 *
 * The same profile gives the same bytes. Results are cached by content; do not change the returned bytes.
 * @throws CofferdamError `ERR_SECCOMP_PROFILE_INVALID`, `ERR_SECCOMP_TOO_LARGE`, `ERR_SECCOMP_ARCHITECTURE`
 */
export function compileSeccomp(
  profile: SeccompProfile,
  options: CompileSeccompOptions = {},
): CompiledSeccomp {
  const native = options.architecture ?? nativeArchitecture()
  return cached(profile, native, () => compile(profile, native))
}

function compile(profile: SeccompProfile, native: ArchitectureName): CompiledSeccomp {
  const checked = checkRules(profile)
  const listener = checked.rules.some(({ value }) => value === SECCOMP_RET.USER_NOTIF)
  const flags = filterFlags(profile.flags ?? [], listener)
  const graph = new Graph()
  const newer = reachesKernel(checked.defaultValue)
    ? graph.return(checked.defaultValue)
    : graph.return(SECCOMP_RET.ERRNO + ENOSYS)
  const foreign = graph.return(SECCOMP_RET.KILL_PROCESS)

  const audits = new Map<number, Segment[]>()
  for (const arch of architectures(profile, native)) {
    const base = arch.name === 'x32' ? X32_BIT : 0
    const segments = audits.get(arch.audit) ?? []
    segments.push(...callSegments(graph, arch, base, checked, newer))
    audits.set(arch.audit, segments)
  }
  let root = foreign
  for (const [audit, segments] of [...audits].reverse()) {
    const byNumber = graph.load(NR, binarySearch(graph, complete(segments, audit, foreign, newer)))
    root = graph.jump('jeq', audit, byNumber, root)
  }
  const program = assemble(graph.load(ARCH, root))
  return Object.freeze({
    filter: encode(program),
    flags,
    listener,
    unknownCalls: Object.freeze(
      [...new Set(checked.rules.flatMap(({ names }) => names))].filter((name) => !isKnownCall(name)),
    ),
  })
}

/** Native first, then the profile's in their order, each once. */
function architectures(profile: SeccompProfile, native: ArchitectureName): Architecture[] {
  const named = (profile.architectures ?? []).map((name, index) => {
    const known = architectureOfOci(name)
    if (known === undefined)
      throw profileError(`architectures[${index}]`, `unknown architecture ${JSON.stringify(name)}`)
    return known
  })
  // An architecture without a table cannot run here; its calls meet the action for foreign ones.
  return [...new Set([architecture(native), ...named.filter((arch) => arch !== null)])]
}

/** What happens to each call of one architecture, from `base` on: rules, default, and newer calls. */
function callSegments(
  graph: Graph,
  arch: Architecture,
  base: number,
  { defaultValue, rules }: Rules,
  newer: Node,
): Segment[] {
  const byNumber = new Map<number, Rule[]>()
  let highest = -1
  const add = (number: number, rule: Rule) => {
    const known = byNumber.get(number)
    if (known === undefined) byNumber.set(number, [rule])
    else known.push(rule)
  }
  for (const rule of rules) {
    for (const name of rule.names) {
      const number = Object.hasOwn(arch.calls, name) ? (arch.calls[name] as number) : undefined
      if (number !== undefined) {
        if (number < (arch.privateFrom ?? LAST)) highest = Math.max(highest, number)
        add(number, rule)
      }
      const mux = arch.name === 'x86' ? multiplexed(name) : undefined
      if (mux !== undefined && isUnconditional(rule))
        add(arch.calls[mux.call] as number, { ...rule, alternatives: [[operation(mux.operation)]] })
    }
  }
  const fallback = graph.return(defaultValue)
  const segments: Segment[] = [{ start: base, node: fallback }]
  for (const [number, own] of [...byNumber].sort(([a], [b]) => a - b)) {
    const node = decide(graph, arch, own, defaultValue)
    segments.push({ start: number, node }, { start: number + 1, node: fallback })
  }
  // No call of the profile exists here: nothing tells which ones are newer.
  if (highest < 0) return segments
  const kept = segments.filter(({ start }) => start <= highest || start >= (arch.privateFrom ?? LAST))
  kept.push({ start: highest + 1, node: newer })
  if (arch.privateFrom !== undefined) kept.push({ start: arch.privateFrom, node: fallback })
  return kept.sort((a, b) => a.start - b.start)
}

const isUnconditional = ({ alternatives }: Rule) => alternatives.some((all) => all.length === 0)

const operation = (number: number) =>
  ({ index: 0, op: 'eq', operand: BigInt(number), mask: 0xffffffffffffffffn }) as const

/** The graph of one call's rules. */
function decide(graph: Graph, arch: Architecture, rules: readonly Rule[], defaultValue: number): Node {
  // A rule that repeats the default says nothing, so it does not shadow others either (as in runc).
  const telling = rules.filter(({ value }) => value !== defaultValue)
  const unconditional = telling.find(isUnconditional)
  if (unconditional !== undefined) return graph.return(unconditional.value)
  let node = graph.return(defaultValue)
  for (const { value, alternatives } of [...telling].reverse()) {
    for (const conditions of [...alternatives].reverse()) {
      const otherwise = node
      node = [...conditions]
        .reverse()
        .reduce<Node>(
          (then, condition) => compileCondition(graph, condition, arch.wide, then, otherwise),
          graph.return(value),
        )
    }
  }
  return node
}

/** Makes segments cover all numbers: those of x32 among x86_64's, and -1, which a tracer sets to skip a call. */
function complete(segments: readonly Segment[], audit: number, foreign: Node, newer: Node): Segment[] {
  const starts = new Map(segments.map(({ start, node }) => [start, node]))
  if (!starts.has(0)) starts.set(0, foreign)
  if (audit === architecture('x32').audit && !starts.has(X32_BIT)) starts.set(X32_BIT, foreign)
  starts.set(LAST, newer)
  return [...starts].map(([start, node]) => ({ start, node })).sort((a, b) => a.start - b.start)
}
