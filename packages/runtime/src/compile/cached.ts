import { preparePlan, type PreparedPlan } from '@cofferdam/process'
import type { Spec } from '../spec/types.js'
import type { CompileContext } from './context.js'
import { compilePlan } from './plan.js'

/** A plan ready to be launched, with what could not be had of the specification. */
export interface ReadyPlan {
  readonly plan: PreparedPlan
  readonly warnings: readonly string[]
}

interface Known extends ReadyPlan {
  readonly key: string
  /** Descriptors of the context that it was compiled with, in the order of the key. */
  readonly fds: readonly number[]
}

/** How many plans of one specification are kept: with pipes, with a terminal, created or run at once. */
const CAPACITY = 4
const plans = new WeakMap<Spec, Known[]>()

/** What the plan depends on besides the specification, with the descriptors replaced by their order in `fds`. */
function keyOf(context: CompileContext, fds: number[]): string {
  const ordinal = (fd: number) => {
    const known = fds.indexOf(fd)
    return known === -1 ? fds.push(fd) - 1 : known
  }
  const reference = (fd: unknown) => (typeof fd === 'number' ? ordinal(fd) : fd)
  const { rootfs, cgroup, stdio, start } = context
  return JSON.stringify([
    context.bundle,
    'fd' in rootfs ? { fd: ordinal(rootfs.fd) } : rootfs,
    Object.entries(context.namespaces).map(([kind, fd]) => [kind, ordinal(fd)]),
    cgroup.fd === undefined ? null : ordinal(cgroup.fd),
    cgroup.tasks.map(({ name, fd }) => [name, reference(fd)]),
    stdio.kind === 'fds' ? stdio.fds.map(reference) : stdio,
    start === 'at-once' ? null : ordinal(start.fd),
    context.home,
    context.detached,
    context.init,
    context.fixedGroups,
    context.extraFds?.map(reference),
  ])
}

/** Hooks read the state, and the cgroup mount of v1 shows paths with the container's id: each plan is another. */
function isRepeatable(spec: Spec, context: CompileContext): boolean {
  return spec.hooks === undefined && context.cgroup.layout.kind === 'v2'
}

/**
 * {@link compilePlan} for a specification that may be started again: the plan of one with the same context is used
 * again with other descriptors. `spec` must not change between calls.
 */
export function readyPlan(spec: Spec, context: CompileContext): ReadyPlan {
  if (!isRepeatable(spec, context)) {
    const { plan, warnings } = compilePlan(spec, context)
    return { plan: preparePlan(plan), warnings }
  }
  const fds: number[] = []
  const key = keyOf(context, fds)
  const known = plans.get(spec) ?? []
  const found = known.find((entry) => entry.key === key)
  if (found !== undefined) {
    const plan = found.plan.withFds((fd) => fds[found.fds.indexOf(fd)] as number)
    return { plan, warnings: found.warnings }
  }
  const { plan, warnings } = compilePlan(spec, context)
  const entry = { key, fds, plan: preparePlan(plan), warnings }
  plans.set(spec, [...known.slice(1 - CAPACITY), entry])
  return entry
}

/** In the place of a descriptor that is not there yet. */
const PENDING = 0x7fffffff

/**
 * {@link readyPlan} for a container in a network namespace that may still be being made: the plan is compiled and encoded
 * while it is waited for. Where that comes to undefined, the specification holds.
 */
export async function planWithNetns(
  spec: Spec,
  netns: number | Promise<number | undefined> | undefined,
  context: CompileContext,
): Promise<ReadyPlan> {
  const joined = (network: number) =>
    readyPlan(spec, { ...context, namespaces: { ...context.namespaces, network } })
  if (netns === undefined) return readyPlan(spec, context)
  if (typeof netns === 'number') return joined(netns)
  const early = joined(PENDING)
  early.plan.encode({ reportPid: true })
  const network = await netns
  if (network === undefined) return readyPlan(spec, context)
  return { ...early, plan: early.plan.withFds((fd) => (fd === PENDING ? network : fd)) }
}
