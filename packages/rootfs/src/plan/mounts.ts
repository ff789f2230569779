import { CofferdamError } from '@cofferdam/core'
import type { AttrChange, FdRef, Op } from '@cofferdam/process'
import { MountAttr } from '../options/constants.js'
import { type AttributeChange, type MountOptions, parseMountOptions } from '../options/parse.js'

/** A mount as config.json has it. */
export interface MountEntry {
  /** Path in the container; a relative one counts from `/`. */
  readonly destination: string
  readonly type?: string
  /** For bind mounts an absolute path of the host, or a descriptor of a detached mount. */
  readonly source?: string | FdRef
  readonly options?: readonly string[]
  /** Ids of an idmapped mount: refused, also without the option `idmap`. */
  readonly uidMappings?: readonly unknown[]
}

// Files of procfs that lxcfs and the like replace: the only places inside it where a mount is let through.
const procReplacements = new Set([
  '/proc/cpuinfo',
  '/proc/diskstats',
  '/proc/meminfo',
  '/proc/stat',
  '/proc/swaps',
  '/proc/uptime',
  '/proc/loadavg',
  '/proc/slabinfo',
  '/proc/sys/kernel/ns_last_pid',
  '/proc/sys/crypto/fips_enabled',
])

const kernelFileSystems = new Set(['proc', 'sysfs'])

const isEmpty = ({ set, clear }: AttributeChange) => set === 0 && clear === 0

/** The path a mount goes to: absolute, without `.`, `..` and repeated slashes. */
export function normalizeDestination(destination: string): string {
  const parts: string[] = []
  for (const part of destination.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

function refuse(target: string, message: string, hint: string): never {
  throw new CofferdamError('ERR_INVALID_MOUNT', `mount on ${target}: ${message}`, { path: target, hint })
}

function attributesOf(options: MountOptions): AttrChange | undefined {
  return isEmpty(options.attributes) ? undefined : options.attributes
}

function placeOf(target: string) {
  return procReplacements.has(target) ? { target } : { target, notProc: true }
}

function bindOps(entry: MountEntry, options: MountOptions, target: string): Op[] {
  const attrs = attributesOf(options)
  const common = {
    ...placeOf(target),
    create: 'like-source' as const,
    ...(attrs === undefined ? {} : { attrs }),
  }
  if (typeof entry.source !== 'string') {
    if (entry.source === undefined) refuse(target, 'bind without a source', 'name the path to bind')
    return [{ op: 'attach', fd: entry.source, ...common }]
  }
  if (!entry.source.startsWith('/')) {
    refuse(target, `relative source ${entry.source}`, 'resolve it against the bundle first')
  }
  return [{ op: 'bind', source: entry.source, recursive: options.bind === 'rbind', ...common }]
}

function newFileSystemOps(entry: MountEntry, options: MountOptions, target: string): Op[] {
  const type = entry.type ?? refuse(target, 'no type', 'give a file system type or the option bind')
  if (type === 'proc' && target !== '/proc' && target.startsWith('/proc/')) {
    refuse(target, 'a procfs inside /proc', 'mount it on /proc or outside')
  }
  const source = typeof entry.source === 'string' ? { source: entry.source } : {}
  const settings = [...options.superblock, ...options.data]
  const place = kernelFileSystems.has(type) ? { target, noSymlinks: true } : placeOf(target)
  const late = type === 'tmpfs' && (options.attributes.set & MountAttr.RDONLY) !== 0
  const attrs = late ? options.attributes.set & ~MountAttr.RDONLY : options.attributes.set
  return [
    {
      op: 'fsmount',
      type,
      ...source,
      ...place,
      create: 'directory',
      ...(settings.length === 0 ? {} : { options: settings }),
      ...(attrs === 0 ? {} : { attrs }),
    },
  ]
}

function remountOps(options: MountOptions, target: string): Op[] {
  const settings = [...options.superblock, ...options.data]
  return [
    ...(settings.length === 0 ? [] : [{ op: 'reconfigure', target, options: settings } as const]),
    ...(isEmpty(options.attributes) ? [] : [{ op: 'setAttr', target, attrs: options.attributes } as const]),
  ]
}

/** What {@link mountOps} gives. */
export interface MountPlan {
  /** Ops to run before pivot_root, in order. */
  readonly ops: readonly Op[]
  /** Ops for after all mounts and devices are made: a tmpfs that becomes read-only. */
  readonly late: readonly Op[]
}

/**
 * Launch ops for one mount of a container. Destinations are resolved in the container's root by the child, never
 * here. `/proc` and `/sys` may not be symbolic links, and nothing is mounted inside procfs (CVE-2019-19921).
 * @throws CofferdamError `ERR_INVALID_MOUNT`, `ERR_INVALID_MOUNT_OPTION`, `ERR_UNSUPPORTED_MOUNT`
 */
export function mountOps(entry: MountEntry): MountPlan {
  const target = normalizeDestination(entry.destination)
  const options = parseMountOptions(entry.options)
  const mapped = (entry.uidMappings?.length ?? 0) > 0 ? 'idmap' : undefined
  const unsupported = options.copyUp ? 'tmpcopyup' : (options.idmap ?? mapped)
  if (unsupported !== undefined) {
    throw new CofferdamError(
      'ERR_UNSUPPORTED_MOUNT',
      `mount on ${target}: ${unsupported} is not supported yet`,
      { path: target },
    )
  }
  if (target === '/' && !options.remount) refuse(target, 'the root itself', 'use root.path')
  const ops = options.remount
    ? remountOps(options, target)
    : options.bind !== undefined
      ? bindOps(entry, options, target)
      : newFileSystemOps(entry, options, target)
  const after: Op[] = []
  if (!isEmpty(options.recursive)) {
    after.push({ op: 'setAttr', target, attrs: { ...options.recursive, recursive: true } })
  }
  for (const { type, recursive } of options.propagation) {
    after.push({ op: 'propagation', mode: type, recursive, target })
  }
  const late =
    ops[0]?.op === 'fsmount' && entry.type === 'tmpfs' && (options.attributes.set & MountAttr.RDONLY) !== 0
      ? [{ op: 'setAttr', target, attrs: { set: MountAttr.RDONLY } } as const]
      : []
  return { ops: [...ops, ...after], late }
}
