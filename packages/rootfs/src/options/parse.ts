import { CofferdamError } from '@cofferdam/core'
import { MountAttr, type PropagationType } from './constants.js'

/** `MOUNT_ATTR_*` bits to set and to clear, as mount_setattr(2) takes them. */
export interface AttributeChange {
  readonly set: number
  readonly clear: number
}

/** A change of propagation; recursive for the `r` forms (`rprivate`). */
export interface PropagationChange {
  readonly type: PropagationType
  readonly recursive: boolean
}

/** What a list of mount options means to the kernel. */
export interface MountOptions {
  /** Bind mount: the tree at the source, with (`rbind`) or without (`bind`) what is mounted below it. */
  readonly bind?: 'bind' | 'rbind'
  /** `remount`: change what is mounted at the destination. */
  readonly remount: boolean
  /** Attributes of this mount. */
  readonly attributes: AttributeChange
  /** Attributes of this mount and of all below it (`rro`, `rnosuid` ...); runtime-spec's AT_RECURSIVE options. */
  readonly recursive: AttributeChange
  /** Changes of propagation in the order given. */
  readonly propagation: readonly PropagationChange[]
  /** Flags of the file system itself, as fsconfig(2) takes them: `sync`, `dirsync`, `lazytime` ... */
  readonly superblock: readonly string[]
  /** Options for the file system, in order: `size=64k`, `gid=5`. */
  readonly data: readonly string[]
  /** Idmapped mount, of this mount only or recursively. */
  readonly idmap?: 'idmap' | 'ridmap'
  /** `tmpcopyup`: fill the tmpfs with what the destination holds. */
  readonly copyUp: boolean
}

type Rule =
  | { readonly kind: 'set' | 'clear'; readonly bit: number }
  | { readonly kind: 'atime'; readonly value: number }
  | { readonly kind: 'superblock'; readonly flag: string }
  | { readonly kind: 'nothing' }

const { RDONLY, NOSUID, NODEV, NOEXEC, NODIRATIME, NOSYMFOLLOW, NOATIME, STRICTATIME, RELATIME } = MountAttr

// The access time is one field of three values (mount_setattr(2)), so each option sets all of it.
const attributeRules: Record<string, Rule> = {
  ro: { kind: 'set', bit: RDONLY },
  rw: { kind: 'clear', bit: RDONLY },
  nosuid: { kind: 'set', bit: NOSUID },
  suid: { kind: 'clear', bit: NOSUID },
  nodev: { kind: 'set', bit: NODEV },
  dev: { kind: 'clear', bit: NODEV },
  noexec: { kind: 'set', bit: NOEXEC },
  exec: { kind: 'clear', bit: NOEXEC },
  nodiratime: { kind: 'set', bit: NODIRATIME },
  diratime: { kind: 'clear', bit: NODIRATIME },
  nosymfollow: { kind: 'set', bit: NOSYMFOLLOW },
  symfollow: { kind: 'clear', bit: NOSYMFOLLOW },
  noatime: { kind: 'atime', value: NOATIME },
  atime: { kind: 'atime', value: RELATIME },
  strictatime: { kind: 'atime', value: STRICTATIME },
  nostrictatime: { kind: 'atime', value: RELATIME },
  relatime: { kind: 'atime', value: RELATIME },
  norelatime: { kind: 'atime', value: RELATIME },
}

const superblockRules: Record<string, Rule> = {
  sync: { kind: 'superblock', flag: 'sync' },
  async: { kind: 'superblock', flag: 'async' },
  dirsync: { kind: 'superblock', flag: 'dirsync' },
  lazytime: { kind: 'superblock', flag: 'lazytime' },
  nolazytime: { kind: 'superblock', flag: 'nolazytime' },
  mand: { kind: 'superblock', flag: 'mand' },
  nomand: { kind: 'superblock', flag: 'nomand' },
  iversion: { kind: 'superblock', flag: 'iversion' },
  noiversion: { kind: 'nothing' },
  silent: { kind: 'nothing' },
  loud: { kind: 'nothing' },
  defaults: { kind: 'nothing' },
}

const propagationTypes: readonly PropagationType[] = ['private', 'shared', 'slave', 'unbindable']

/** Every option the parser knows by itself, sorted: what `features` reports as `mountOptions`. */
export const mountOptionNames: readonly string[] = [
  ...Object.keys(attributeRules),
  ...Object.keys(attributeRules).map((name) => `r${name}`),
  ...Object.keys(superblockRules),
  ...propagationTypes.flatMap((type) => [type, `r${type}`]),
  'bind',
  'rbind',
  'remount',
  'idmap',
  'ridmap',
  'tmpcopyup',
].sort()

function apply(rule: Rule, change: { set: number; clear: number }): void {
  if (rule.kind === 'set') {
    change.set |= rule.bit
    change.clear &= ~rule.bit
  } else if (rule.kind === 'clear') {
    change.clear |= rule.bit
    change.set &= ~rule.bit
  } else if (rule.kind === 'atime') {
    change.clear |= MountAttr.ATIME
    change.set = (change.set & ~MountAttr.ATIME) | rule.value
  }
}

/**
 * Reads mount options as an OCI mount or `mount -o` has them (runtime-spec config.md, "Linux mount options").
 * Later options win over earlier ones. What is not an option of the VFS is handed to the file system as data;
 * on a bind mount, which has no file system to hand it to, that is an error.
 * @throws CofferdamError `ERR_INVALID_MOUNT_OPTION`
 */
export function parseMountOptions(options: readonly string[] = []): MountOptions {
  const attributes = { set: 0, clear: 0 }
  const recursive = { set: 0, clear: 0 }
  const propagation: PropagationChange[] = []
  const superblock: string[] = []
  const data: string[] = []
  let bind: 'bind' | 'rbind' | undefined
  let idmap: 'idmap' | 'ridmap' | undefined
  let remount = false
  let copyUp = false
  for (const option of options) {
    const own = Object.hasOwn(attributeRules, option) ? attributeRules[option] : undefined
    const tail = option.slice(1)
    if (own !== undefined) apply(own, attributes)
    else if (option.startsWith('r') && Object.hasOwn(attributeRules, tail)) {
      apply(attributeRules[tail] as Rule, recursive)
    } else if (Object.hasOwn(superblockRules, option)) {
      const rule = superblockRules[option] as Rule
      if (rule.kind === 'superblock') superblock.push(rule.flag)
    } else if (propagationTypes.includes(option as PropagationType)) {
      propagation.push({ type: option as PropagationType, recursive: false })
    } else if (option.startsWith('r') && propagationTypes.includes(tail as PropagationType)) {
      propagation.push({ type: tail as PropagationType, recursive: true })
    } else if (option === 'bind' || option === 'rbind') bind = option
    else if (option === 'idmap' || option === 'ridmap') idmap = option
    else if (option === 'remount') remount = true
    else if (option === 'tmpcopyup') copyUp = true
    else if (option === '' || option.includes('\0')) {
      throw new CofferdamError('ERR_INVALID_MOUNT_OPTION', `not a mount option: ${JSON.stringify(option)}`)
    } else data.push(option)
  }
  if (bind !== undefined && data.length > 0) {
    throw new CofferdamError(
      'ERR_INVALID_MOUNT_OPTION',
      `bind mount with options of a file system: ${data.join(',')}`,
      { hint: 'a bind mount shows a tree that is mounted already and takes no such options' },
    )
  }
  return {
    ...(bind === undefined ? {} : { bind }),
    remount,
    attributes,
    recursive,
    propagation,
    superblock,
    data,
    ...(idmap === undefined ? {} : { idmap }),
    copyUp,
  }
}
