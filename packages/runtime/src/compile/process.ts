import { capabilityBit, type CompiledSeccomp } from '@cofferdam/security'
import type { ExecSection, Op, RlimitType } from '@cofferdam/process'
import type { Linux, Process } from '../spec/types.js'
import { ioPriorityOps, personalityOps, schedulerOps } from './scheduling.js'

/** A process's ops around the point where it loses its privileges. */
export interface ProcessSection {
  /** Limits, scheduling, labels: while it may still do everything. */
  readonly limits: readonly Op[]
  /** From the first thing dropped to the last, in the order that works. */
  readonly privileges: readonly Op[]
  readonly exec: ExecSection
  /** What was asked for and cannot be had. */
  readonly warnings: readonly string[]
}

const NO_LIMIT = 2 ** 63

const limit = (value: number) => (value >= NO_LIMIT || value < 0 ? Infinity : value)

/** The set for the names, without those the kernel does not know; these are warned of (config.md, "capabilities"). */
function mask(names: readonly string[] | undefined, warnings: Set<string>): bigint {
  let set = 0n
  for (const name of names ?? []) {
    const bit = capabilityBit(name)
    if (bit === undefined) warnings.add(`capability ${name} is unknown and left out`)
    else set |= 1n << BigInt(bit)
  }
  return set
}

/** The environment as a program sees it: of entries of one name the last, HOME from `home` where there is none. */
export function environment(entries: readonly string[] = [], home?: string): string[] {
  const byName = new Map<string, string>()
  for (const entry of entries) byName.set(entry.slice(0, entry.indexOf('=')), entry)
  const known = byName.get('HOME')
  if (home !== undefined && (known === undefined || known === 'HOME=')) byName.set('HOME', `HOME=${home}`)
  return [...byName.values()]
}

function searchPath(env: readonly string[]): string[] {
  const entry = env.find((text) => text.startsWith('PATH='))
  return (
    entry
      ?.slice('PATH='.length)
      .split(':')
      .filter((part) => part.startsWith('/')) ?? []
  )
}

function seccompOps(compiled: CompiledSeccomp | undefined): Op[] {
  if (compiled === undefined) return []
  const { filter, flags, listener } = compiled
  return [
    { op: 'seccomp', filter, ...(flags === 0 ? {} : { flags }), ...(listener ? { listener: true } : {}) },
  ]
}

function limitOps(process: Process): Op[] {
  const ops: Op[] = (process.rlimits ?? []).map(({ type, soft, hard }) => ({
    op: 'rlimit',
    type: type as RlimitType,
    soft: limit(soft),
    hard: limit(hard),
    optional: true,
  }))
  if (process.oomScoreAdj !== undefined) {
    ops.push({ op: 'oomScoreAdj', value: process.oomScoreAdj, optional: true })
  }
  return [...ops, ...schedulerOps(process.scheduler), ...ioPriorityOps(process.ioPriority)]
}

function labelOps(process: Process): Op[] {
  const ops: Op[] = []
  if (process.apparmorProfile) {
    ops.push({ op: 'label', attr: 'apparmor/exec', value: `exec ${process.apparmorProfile}` })
  }
  if (process.selinuxLabel) ops.push({ op: 'label', attr: 'exec', value: process.selinuxLabel })
  return ops
}

/** {@link processSection}'s circumstances. */
export interface ProcessOptions {
  readonly home: string
  readonly filter?: CompiledSeccomp
  readonly personality?: Linux['personality']
  /** setgroups(2) is denied; groups that the specification names are asked for all the same, and refused. */
  readonly fixedGroups?: boolean
}

/**
 * Ops of a process of a container, first of the container or by exec. The filter is loaded last where no_new_privs
 * allows that; else while the process may still do so, before its capabilities go.
 */
export function processSection(process: Process, options: ProcessOptions): ProcessSection {
  const warnings = new Set<string>()
  const { capabilities: sets = {}, user = {} } = process
  const quiet = process.noNewPrivileges === true
  const filter = seccompOps(options.filter)
  const env = environment(process.env, options.home)
  const privileges: Op[] = [
    ...(quiet ? [] : filter),
    { op: 'cwd', path: process.cwd, create: true, lenient: true },
    { op: 'umask', mask: user.umask ?? 0o022 },
    { op: 'boundingSet', keep: mask(sets.bounding, warnings) },
    {
      op: 'user',
      uid: user.uid ?? 0,
      gid: user.gid ?? 0,
      ...(options.fixedGroups === true && !user.additionalGids?.length
        ? {}
        : { groups: user.additionalGids ?? [] }),
      keepCapabilities: true,
    },
    ...((user.uid ?? 0) === 0 ? [] : [{ op: 'cwd', path: process.cwd } as const]),
    {
      op: 'capabilities',
      effective: mask(sets.effective, warnings),
      permitted: mask(sets.permitted, warnings),
      inheritable: mask(sets.inheritable, warnings),
      ambient: mask(sets.ambient, warnings),
    },
    { op: 'lookup' },
    ...(quiet ? [{ op: 'noNewPrivileges' } as const, ...filter] : []),
  ]
  return {
    limits: [...limitOps(process), ...personalityOps(options.personality), ...labelOps(process)],
    privileges,
    exec: { args: process.args ?? [], env, search: searchPath(env) },
    warnings: [...warnings],
  }
}
