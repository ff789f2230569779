import { CLONE_NEW, OP, RLIMIT } from './codes.js'
import type { FlowOp } from './flow-ops.js'
import type { ProcessOp, SchedulerOp } from './process-ops.js'
import { OPF, invalidPlan, type OpRecord, type PlanWriter } from './writer.js'

const SECCOMP_FILTER_FLAG_NEW_LISTENER = 8
const MAX_FILTER = 4096 * 8
const MAX_HOOK_STDIN = 60 * 1024

/** Numbers that the names of barriers have in the binary plan. */
export interface Barriers {
  readonly names: string[]
}

/** The barrier of a `waitForStart` without a descriptor. */
export const START_BARRIER = 'start'

function barrier(barriers: Barriers, name: string): number {
  const known = barriers.names.indexOf(name)
  return known >= 0 ? known : barriers.names.push(name) - 1
}

/** `struct sched_attr` (sched_setattr(2)). */
function schedAttr(op: SchedulerOp): Buffer {
  const attr = Buffer.alloc(48)
  attr.writeUInt32LE(48, 0)
  attr.writeUInt32LE(op.policy, 4)
  attr.writeBigUInt64LE(BigInt(op.flags ?? 0), 8)
  attr.writeInt32LE(op.nice ?? 0, 16)
  attr.writeUInt32LE(op.priority ?? 0, 20)
  attr.writeBigUInt64LE(BigInt(op.runtime ?? 0), 24)
  attr.writeBigUInt64LE(BigInt(op.deadline ?? 0), 32)
  attr.writeBigUInt64LE(BigInt(op.period ?? 0), 40)
  return attr
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

/** `kernel.shmmax` or `kernel/shmmax` as a path; a dot inside a name is a slash in the dotted form (sysctl(8)). */
function sysctlPath(name: string): string {
  const slash = name.indexOf('/')
  const dot = name.indexOf('.')
  const dotted = dot >= 0 && (slash < 0 || dot < slash)
  const path = dotted ? name.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.')) : name
  if (path === '' || path.split('/').some((part) => part === '' || part === '..' || part === '.')) {
    throw invalidPlan(`not a sysctl: ${JSON.stringify(name)}`)
  }
  return path
}

/** The record of an op on the process itself. */
export function encodeProcessOp(writer: PlanWriter, op: ProcessOp): OpRecord {
  const code = OP[op.op] as number
  const flags = 'optional' in op && op.optional ? OPF.OPTIONAL : 0
  switch (op.op) {
    case 'setns':
      return { code, fd: writer.fd(op.fd, `setns ${op.kind}`), a: CLONE_NEW[op.kind] }
    case 'unshare':
      return { code, a: CLONE_NEW[op.kind] }
    case 'joinCgroups': {
      const fds = op.tasks.map(({ fd }) => fd)
      const names = op.tasks.map(({ name }) => name)
      return { code, s: [writer.fdList(fds, 'joinCgroups'), writer.list(names, 'joinCgroups')] }
    }
    case 'loopback':
    case 'setsid':
    case 'noNewPrivileges':
      return { code }
    case 'keyring':
    case 'hostname':
    case 'domainname':
      return { code, flags, s: [writer.text(op.name, op.op)] }
    case 'sysctl':
      return { code, s: [writer.text(sysctlPath(op.name), 'sysctl'), writer.text(op.value, 'sysctl value')] }
    case 'rlimit':
      return { code, flags, a: RLIMIT[op.type], b: op.soft, c: op.hard }
    case 'oomScoreAdj':
      return { code, flags, s: [writer.text(String(op.value), 'oomScoreAdj')] }
    case 'umask':
      return { code, a: op.mask & 0o777 }
    case 'boundingSet':
      return { code, a: op.keep }
    case 'user':
      return {
        code,
        flags: (op.keepCapabilities ? OPF.ONE : 0) | (op.groups === undefined ? 0 : OPF.TWO),
        a: op.uid,
        b: op.gid,
        s: [writer.bytes(new Uint8Array(Uint32Array.from(op.groups ?? []).buffer))],
      }
    case 'capabilities':
      return {
        code,
        a: op.effective,
        b: op.permitted,
        c: op.inheritable,
        s: [writer.bytes(u64(op.ambient))],
      }
    case 'seccomp':
      if (op.filter.length === 0 || op.filter.length % 8 !== 0 || op.filter.length > MAX_FILTER) {
        throw invalidPlan(
          `seccomp: a filter has 1 to 4096 instructions of 8 bytes, not ${op.filter.length} bytes`,
        )
      }
      return {
        code,
        flags: op.listener ? OPF.ONE : 0,
        a: (op.flags ?? 0) | (op.listener ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0),
        s: [writer.bytes(op.filter)],
      }
    case 'personality':
      return { code, a: op.persona }
    case 'scheduler':
      return { code, s: [writer.bytes(schedAttr(op))] }
    case 'ioPriority':
      return { code, a: (op.class << 13) | op.priority }
    case 'memoryPolicy':
      return { code, a: op.mode, b: op.nodes }
    case 'cpuAffinity':
      return { code, s: [writer.bytes(op.cpus)] }
    case 'label':
      return { code, s: [writer.text(op.attr, 'label'), writer.text(op.value, 'label')] }
  }
}

/** The record of an op that meets the outside. */
export function encodeFlowOp(writer: PlanWriter, op: FlowOp, barriers: Barriers): OpRecord {
  const code = OP[op.op] as number
  switch (op.op) {
    case 'pty':
      return {
        code,
        flags: (op.console ? OPF.ONE : 0) | (op.host ? OPF.TWO : 0) | (op.uid === undefined ? 0 : OPF.THREE),
        a: ((op.rows ?? 0) & 0xffff) * 0x10000 + ((op.columns ?? 0) & 0xffff),
        b: op.uid ?? 0,
      }
    case 'stdio':
      return { code, s: [writer.fdList(op.fds, 'stdio')] }
    case 'hook': {
      const stdin = Buffer.from(op.stdin ?? '')
      if (stdin.length > MAX_HOOK_STDIN)
        throw invalidPlan(`hook ${op.path}: stdin is over ${MAX_HOOK_STDIN} bytes`)
      return {
        code,
        a: op.timeout ?? 0,
        s: [
          writer.text(op.path, 'hook'),
          writer.array(op.args.length > 0 ? op.args : [op.path], 'hook arguments'),
          writer.array(op.env ?? [], 'hook environment'),
          op.stdin === undefined ? 0 : writer.bytes(stdin),
        ],
      }
    }
    case 'barrier':
      return { code, a: barrier(barriers, op.name) }
    case 'waitForStart':
      return { code, fd: writer.fd(op.fd, 'waitForStart'), a: barrier(barriers, START_BARRIER) }
    case 'cwd':
      return {
        code,
        flags: (op.create ? OPF.ONE : 0) | (op.lenient ? OPF.TWO : 0),
        s: [writer.text(op.path, 'cwd')],
      }
    case 'lookup':
      return { code }
  }
}
