import type { CloneSection, IdMapping } from './clone.js'
import type { FdRef } from './fd.js'
import { MOUNT_ATTR, type AttrChange } from './mount-ops.js'
import type { LaunchPlan, Op } from './ops.js'

const attrNames = Object.entries(MOUNT_ATTR).filter(([name, bit]) => bit !== 0 && name !== 'ATIME')

function attrBits(bits: number): string {
  const names = attrNames.filter(([, bit]) => (bits & bit) === bit).map(([name]) => name.toLowerCase())
  return names.join(',')
}

function attrText(attrs: AttrChange | undefined): string {
  if (attrs === undefined) return ''
  const set = attrs.set === undefined || attrs.set === 0 ? '' : ` +${attrBits(attrs.set)}`
  const clear = attrs.clear === undefined || attrs.clear === 0 ? '' : ` -${attrBits(attrs.clear)}`
  return `${set}${clear}${attrs.recursive ? ' recursively' : ''}`
}

function fdText(fd: FdRef): string {
  return typeof fd === 'number' ? 'fd' : `slot ${fd.slot}`
}

function valueText(value: unknown): string {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`
  if (Array.isArray(value)) return `[${value.map(valueText).join(' ')}]`
  if (typeof value === 'object' && value !== null)
    return 'slot' in value ? `slot ${String(value.slot)}` : '{}'
  return typeof value === 'string' && /^[\w./:=,@%+-]+$/.test(value) ? value : JSON.stringify(value)
}

/** One op in words, like `mount proc on /proc`; also what an error says was attempted. */
export function describeOp(op: Op): string {
  switch (op.op) {
    case 'propagation':
      return `make ${op.target ?? '/'} ${op.recursive ? 'r' : ''}${op.mode}`
    case 'root':
      return `attach the root ${op.path ?? '(a detached mount)'}${attrText(op.attrs)}`
    case 'fsmount':
      return [
        `mount ${op.type} on ${op.target}`,
        op.options?.length ? `options ${op.options.join(',')}` : '',
        op.attrs ? attrBits(op.attrs) : '',
      ]
        .filter((part) => part !== '')
        .join(' ')
    case 'bind':
      return `${op.recursive ? 'rbind' : 'bind'} ${op.source} on ${op.target}${attrText(op.attrs)}`
    case 'attach':
      return `attach ${fdText(op.fd)} on ${op.target}${attrText(op.attrs)}`
    case 'setAttr':
      return `set attributes of ${op.target}${attrText(op.attrs)}`
    case 'reconfigure':
      return `remount ${op.target} ${op.options.join(',')}`
    case 'mkdir':
      return `make directory ${op.path}`
    case 'symlink':
      return `link ${op.path} to ${op.target}`
    case 'mknod':
      return `make device ${op.path} ${op.type} ${op.major}:${op.minor} ${op.mode.toString(8)}`
    case 'mask':
      return `mask ${op.paths.join(' ')}`
    case 'readonlyPaths':
      return `make read-only ${op.paths.join(' ')}`
    case 'pivotRoot':
      return `change the root (${op.how ?? 'pivot'})`
    case 'setns':
      return `enter the ${op.kind} namespace`
    case 'unshare':
      return `make a new ${op.kind} namespace`
    case 'joinCgroups':
      return `join the cgroups of ${op.tasks.map(({ name }) => name).join(' ')}`
    case 'loopback':
      return 'set the loopback device up'
    case 'hostname':
      return `set the host name ${op.name}`
    case 'domainname':
      return `set the domain name ${op.name}`
    case 'sysctl':
      return `set the sysctl ${op.name} to ${op.value}`
    case 'rlimit':
      return `set ${op.type} to ${op.soft}:${op.hard}`
    case 'user':
      return `become user ${op.uid}:${op.gid}${op.groups?.length ? ` groups ${op.groups.join(',')}` : ''}`
    case 'hook':
      return `run the hook ${op.path}`
    case 'cwd':
      return `change directory to ${op.path}`
    case 'seccomp':
      return `load a seccomp filter of ${op.filter.length / 8} instructions`
    case 'umask':
      return `umask ${op.mask.toString(8).padStart(4, '0')}`
    default: {
      const fields = Object.entries(op)
        .filter(([name, value]) => name !== 'op' && value !== undefined)
        .map(([name, value]) => `${name}=${valueText(value)}`)
      return [op.op, ...fields].join(' ')
    }
  }
}

function mapText(name: string, mappings: readonly IdMapping[] | undefined): string[] {
  return (mappings ?? []).map((m) => `  ${name} ${m.containerID} ${m.hostID} ${m.size}`)
}

function cloneText(clone: CloneSection): string[] {
  return [
    ...(clone.join ?? []).map(({ kind }) => `  join ${kind}`),
    ...(clone.namespaces ?? []).map((kind) => `  new ${kind}`),
    ...Object.entries(clone.timeOffsets ?? {}).map(
      ([clock, o]) => `  offset ${clock} ${o.secs}s ${o.nanosecs}ns`,
    ),
    ...(clone.cgroup === undefined ? [] : ['  into cgroup']),
    ...(clone.setgroups === 'deny' ? ['  setgroups deny'] : []),
    ...mapText('uid map', clone.uidMappings),
    ...mapText('gid map', clone.gidMappings),
  ]
}

/** A plan as readable text, the same for the same plan: for golden files, logs and `--dry-run`. */
export function formatPlan(plan: LaunchPlan): string {
  const program = plan.exec.path ?? plan.exec.args[0] ?? ''
  return [
    plan.detached ? 'clone detached' : 'clone',
    ...cloneText(plan.clone ?? {}),
    'do',
    ...plan.ops.map((op) => `  ${describeOp(op)}${'optional' in op && op.optional ? ' (or warn)' : ''}`),
    `exec ${plan.exec.fd === undefined ? program : fdText(plan.exec.fd)}`,
    ...plan.exec.args.map((argument) => `  argument ${JSON.stringify(argument)}`),
    ...plan.exec.env.map((variable) => `  environment ${variable}`),
    ...(plan.exec.init === true ? ['  below a small init'] : []),
    ...(plan.exec.search?.length ? [`  search ${plan.exec.search.join(':')}`] : []),
    '',
  ].join('\n')
}
