import { CLONE_NEW, OP, flowOps, mountOps } from './codes.js'
import type { CloneSection, IdMapping } from './clone.js'
import { encodeMountOp } from './encode-mounts.js'
import { encodeFlowOp, encodeProcessOp, type Barriers } from './encode-process.js'
import type { ExecSection, FlowOp } from './flow-ops.js'
import type { MountOp } from './mount-ops.js'
import type { LaunchPlan, Op } from './ops.js'
import type { ProcessOp } from './process-ops.js'
import { HEADER_SIZE, OPF, OP_SIZE, PlanWriter, invalidPlan, type OpRecord } from './writer.js'

const MAGIC = 0x464d4443
/** Version of the binary form; `init` refuses another one. */
export const PLAN_ABI = 2

const FLAG = { DETACHED: 1, REPORT_PID: 2, DENY_SETGROUPS: 4, KEEPER: 8, INTERMEDIATE: 16, HIDE: 32 } as const

/** A plan ready for the spawner. */
export interface EncodedPlan {
  readonly bytes: Buffer
  /** Descriptors of this process that go with it, in order. */
  readonly fds: readonly number[]
  /** Names of the barriers by their numbers. */
  readonly barriers: readonly string[]
  /** Ops by the index that a report names; `before` ops have the indexes -2, -3, ... */
  readonly ops: readonly Op[]
  readonly before: readonly Op[]
}

const isMountOp = new Set<string>(mountOps)
const isFlowOp = new Set<string>(flowOps)

function encodeOp(writer: PlanWriter, op: Op, barriers: Barriers): OpRecord {
  if (isMountOp.has(op.op)) return encodeMountOp(writer, op as MountOp)
  if (isFlowOp.has(op.op)) return encodeFlowOp(writer, op as FlowOp, barriers)
  if (OP[op.op] === undefined) throw invalidPlan(`no such op: ${JSON.stringify(op.op)}`)
  return encodeProcessOp(writer, op as ProcessOp)
}

function encodeExec(writer: PlanWriter, exec: ExecSection): OpRecord {
  if (exec.args.length === 0) throw invalidPlan('exec: there must be at least one argument, the program')
  if (exec.path === '' || (exec.path === undefined && exec.args[0] === '' && exec.fd === undefined)) {
    throw invalidPlan('exec: the program is an empty text')
  }
  return {
    code: OP['exec'] as number,
    fd: writer.fd(exec.fd, 'exec'),
    flags: exec.init === true ? OPF.ONE : 0,
    s: [
      writer.array(exec.args, 'an argument'),
      writer.array(exec.env, 'an environment variable'),
      writer.list(exec.search ?? [], 'search path'),
      writer.optional(exec.path, 'program'),
    ],
  }
}

function mapText(mappings: readonly IdMapping[] | undefined): string {
  return (mappings ?? []).map((m) => `${m.containerID} ${m.hostID} ${m.size}\n`).join('')
}

/** User first: it gives the rights to enter the others. Mount last: paths keep their meaning. */
const joinOrder = ['user', 'cgroup', 'ipc', 'uts', 'network', 'pid', 'time', 'mount']

function beforeOps(clone: CloneSection): Op[] {
  return [...(clone.join ?? [])]
    .sort((a, b) => joinOrder.indexOf(a.kind) - joinOrder.indexOf(b.kind))
    .map(({ kind, fd }) => ({ op: 'setns', kind, fd }))
}

function timeOffsetsText({ timeOffsets }: CloneSection): string {
  return (['monotonic', 'boottime'] as const)
    .map((clock) => [clock, timeOffsets?.[clock]] as const)
    .filter(([, offset]) => offset !== undefined)
    .map(([clock, offset]) => `${clock} ${offset?.secs} ${offset?.nanosecs}\n`)
    .join('')
}

/** What the launch additionally asks of the spawner. */
export interface EncodeOptions {
  /** Tell the pid before the start. */
  readonly reportPid?: boolean
}

/**
 * Compiles a plan to the one buffer that `init` executes.
 * @throws CofferdamError `ERR_INVALID_PLAN` naming the field, before anything is touched
 */
export function encodePlan(plan: LaunchPlan, options: EncodeOptions = {}): EncodedPlan {
  const clone = plan.clone ?? {}
  const namespaces = new Set(clone.namespaces ?? [])
  const offsets = timeOffsetsText(clone)
  for (const { kind } of clone.join ?? []) {
    if (namespaces.has(kind)) throw invalidPlan(`the ${kind} namespace is both joined and made new`)
  }
  if (offsets !== '' && !namespaces.has('time')) {
    throw invalidPlan('clock offsets need a new time namespace', "add 'time' to the namespaces")
  }
  const maps = clone.uidMappings !== undefined || clone.gidMappings !== undefined
  if (maps && !namespaces.has('user')) throw invalidPlan('id maps need a new user namespace')

  const joinsPid = clone.join?.some(({ kind }) => kind === 'pid') ?? false
  const keeper = !plan.detached && !namespaces.has('pid') && !joinsPid
  const before = beforeOps(clone)
  const joinsUser = clone.join?.some(({ kind }) => kind === 'user') ?? false
  // In a foreign user namespace these would lack the rights they have outside.
  const isOutside = (op: Op) => joinsUser && (op.op === 'oomScoreAdj' || op.op === 'rlimit')
  before.unshift(...plan.ops.filter(isOutside))
  const ops = plan.ops.filter((op) => !isOutside(op))
  const beforeCount = before.length + (offsets === '' ? 0 : 1)
  const helper = keeper ? FLAG.KEEPER : beforeCount > 0 ? FLAG.INTERMEDIATE : 0

  const beforeOffset = HEADER_SIZE
  const opsOffset = beforeOffset + beforeCount * OP_SIZE
  const writer = new PlanWriter(opsOffset + (ops.length + 1) * OP_SIZE)
  const barriers: Barriers = { names: [] }
  before.forEach((op, i) => writer.op(beforeOffset + i * OP_SIZE, encodeOp(writer, op, barriers)))
  if (offsets !== '') {
    const code = OP['timeOffsets'] as number
    writer.op(beforeOffset + before.length * OP_SIZE, { code, s: [writer.text(offsets, 'time offsets')] })
  }
  ops.forEach((op, i) => writer.op(opsOffset + i * OP_SIZE, encodeOp(writer, op, barriers)))
  writer.op(opsOffset + ops.length * OP_SIZE, encodeExec(writer, plan.exec))

  let cloneFlags = 0
  for (const kind of namespaces) {
    if (CLONE_NEW[kind] === undefined) throw invalidPlan(`no such namespace: ${JSON.stringify(kind)}`)
    if (kind !== 'time' || offsets === '') cloneFlags += CLONE_NEW[kind]
  }
  const uidMap = maps ? writer.text(mapText(clone.uidMappings), 'uid map') : 0
  const gidMap = maps ? writer.text(mapText(clone.gidMappings), 'gid map') : 0
  const cgroup = writer.fd(clone.cgroup, 'cgroup')
  const header = [
    MAGIC,
    PLAN_ABI,
    writer.size,
    (plan.detached ? FLAG.DETACHED : 0) |
      (options.reportPid ? FLAG.REPORT_PID : 0) |
      (clone.setgroups === 'deny' ? FLAG.DENY_SETGROUPS : 0) |
      helper |
      ((clone.join?.length ?? 0) > 0 ? FLAG.HIDE : 0),
  ]
  header.forEach((value, i) => writer.u32(4 * i, value))
  writer.u64(16, cloneFlags)
  const rest = [cgroup, writer.fdCount, beforeOffset, beforeCount, opsOffset, ops.length + 1, uidMap, gidMap]
  rest.forEach((value, i) => writer.u32(24 + 4 * i, value))
  const { bytes, fds } = writer.finish()
  return { bytes, fds, barriers: barriers.names, ops, before }
}
