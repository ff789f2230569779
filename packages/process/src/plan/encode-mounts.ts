import { OP, MS } from './codes.js'
import type { FdRef } from './fd.js'
import type { AttrChange, MountOp, Propagation, Target } from './mount-ops.js'
import { OPF, invalidPlan, type OpRecord, type PlanWriter } from './writer.js'

const S_IFMT = { c: 0o020000, b: 0o060000, p: 0o010000 } as const

function absolute(path: string, what: string): string {
  if (!path.startsWith('/')) throw invalidPlan(`${what} is not absolute: ${JSON.stringify(path)}`)
  return path
}

function targetFlags({ create, noSymlinks, notProc }: Target): number {
  return (
    (create === 'directory' ? OPF.CREATE_DIR : 0) |
    (create === 'file' ? OPF.CREATE_FILE : 0) |
    (create === 'like-source' ? OPF.CREATE_LIKE : 0) |
    (noSymlinks ? OPF.NO_SYMLINKS : 0) |
    (notProc ? OPF.NOT_PROC : 0)
  )
}

/** Propagation in the low half, recursive in the high half. */
function propagation(mode: Propagation | undefined, recursive: boolean | undefined): number {
  return mode === undefined ? 0 : MS[mode] + (recursive ? 2 ** 32 : 0)
}

function placed(
  writer: PlanWriter,
  op: Target & {
    readonly attrs?: AttrChange | undefined
    readonly propagation?: Propagation
    readonly propagationRecursive?: boolean
    readonly idmap?: FdRef
  },
): Required<Pick<OpRecord, 'flags' | 'a' | 'b' | 'c' | 'fd2'>> {
  return {
    flags: targetFlags(op) | (op.attrs?.recursive ? OPF.TWO : 0),
    a: op.attrs?.set ?? 0,
    b: op.attrs?.clear ?? 0,
    c: propagation(op.propagation, op.propagationRecursive),
    fd2: writer.fd(op.idmap, `mount on ${op.target}`),
  }
}

/** Linux's dev_t as stat(2) has it. */
export function deviceNumber(major: number, minor: number): bigint {
  const [ma, mi] = [BigInt(major), BigInt(minor)]
  return ((ma & 0xfffff000n) << 32n) | ((ma & 0xfffn) << 8n) | ((mi & 0xffffff00n) << 12n) | (mi & 0xffn)
}

/** The record of an op on mounts and files. */
export function encodeMountOp(writer: PlanWriter, op: MountOp): OpRecord {
  const code = OP[op.op] as number
  switch (op.op) {
    case 'propagation':
      return {
        code,
        a: MS[op.mode] + (op.recursive ? MS.REC : 0),
        s: [0, 0, 0, writer.optional(op.target, 'propagation target')],
      }
    case 'root':
      if ((op.fd === undefined) === (op.path === undefined)) {
        throw invalidPlan('root: give either fd or path')
      }
      return {
        code,
        flags:
          (op.plain ? OPF.ONE : 0) | (op.attrs?.recursive ? OPF.TWO : 0) | (op.privateParent ? OPF.THREE : 0),
        fd: writer.fd(op.fd, 'root'),
        fd2: writer.fd(op.idmap, 'root'),
        a: op.attrs?.set ?? 0,
        b: op.attrs?.clear ?? 0,
        s: [writer.optional(op.path, 'root')],
      }
    case 'fsmount':
      return {
        ...placed(writer, { ...op, attrs: undefined }),
        code,
        flags: targetFlags(op) | (op.propagationRecursive ? OPF.ONE : 0),
        a: op.attrs ?? 0,
        s: [
          writer.text(op.type, 'file system type'),
          writer.optional(op.source, 'mount source'),
          op.options === undefined || op.options.length === 0 ? 0 : writer.list(op.options, 'mount options'),
          writer.text(absolute(op.target, 'mount target'), 'mount target'),
        ],
      }
    case 'bind': {
      const rest = placed(writer, op)
      return {
        ...rest,
        code,
        flags: rest.flags | (op.recursive ? OPF.ONE : 0) | (op.sourceInRoot ? OPF.THREE : 0),
        s: [
          writer.text(absolute(op.source, 'bind source'), 'bind source'),
          0,
          0,
          writer.text(absolute(op.target, 'mount target'), 'mount target'),
        ],
      }
    }
    case 'attach':
      return {
        ...placed(writer, op),
        code,
        fd: writer.fd(op.fd, `attach on ${op.target}`),
        s: [0, 0, 0, writer.text(absolute(op.target, 'mount target'), 'mount target')],
      }
    case 'setAttr':
      return {
        code,
        flags: op.attrs.recursive ? OPF.TWO : 0,
        a: op.attrs.set ?? 0,
        b: op.attrs.clear ?? 0,
        s: [0, 0, 0, writer.text(absolute(op.target, 'mount target'), 'mount target')],
      }
    case 'reconfigure':
      return {
        code,
        s: [
          0,
          0,
          writer.list(op.options, 'mount options'),
          writer.text(absolute(op.target, 'mount target'), 'mount target'),
        ],
      }
    case 'mkdir':
      return { code, a: op.mode ?? 0o755, s: [writer.text(absolute(op.path, 'directory'), 'directory')] }
    case 'symlink':
      return {
        code,
        s: [writer.text(absolute(op.path, 'link'), 'link'), writer.text(op.target, 'link target')],
      }
    case 'mknod':
      return {
        code,
        flags: op.alwaysBind ? OPF.ONE : 0,
        a: S_IFMT[op.type] | (op.mode & 0o7777),
        b: op.type === 'p' ? 0 : deviceNumber(op.major, op.minor),
        c: BigInt(op.uid ?? 0) | (BigInt(op.gid ?? 0) << 32n),
        s: [
          writer.text(absolute(op.path, 'device'), 'device'),
          writer.optional(op.bindFallback, 'device to bind'),
        ],
      }
    case 'mask':
    case 'readonlyPaths':
      return { code, s: [writer.list(op.paths, `${op.op} paths`)] }
    case 'pivotRoot':
      return { code, a: { pivot: 0, move: 1, chroot: 1 }[op.how ?? 'pivot'] }
  }
}
