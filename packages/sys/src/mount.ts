import { type CofferdamError, syscallError } from '@cofferdam/core'
import { check } from './check.js'
import type { Lane, LaneHandle } from './lane.js'
import { native } from './native.js'

interface MountCalls {
  openTree(dirfd: number, path: string, flags: number): number
  moveMount(from: number, fromPath: string, to: number, toPath: string, flags: number): number
  fsopen(type: string): number
  fspick(dirfd: number, path: string, flags: number): number
  fsconfig(
    fs: number,
    command: number,
    key: string | undefined,
    value: string | undefined,
    aux: number,
  ): number
  fsMessage(fs: number): string
  fsmount(fs: number, attrs: number): number
  mountSetattr(
    dirfd: number,
    path: string,
    flags: number,
    set: number,
    clear: number,
    propagation: number,
    userns: number,
  ): number
  mount(
    source: string | undefined,
    target: string,
    type: string | undefined,
    flags: number,
    data: string | undefined,
  ): number
  umount(lane: LaneHandle, path: string, flags: number): Promise<number>
}
const calls = () => native<MountCalls>()

/** open_tree(2): a detached copy of the mount. */
export const OPEN_TREE_CLONE = 1
/** The descriptor itself is meant; the path is empty (statx(2), execveat(2)). */
export const AT_EMPTY_PATH = 0x1000
/** The mounts below too (open_tree(2), mount_setattr(2)). */
export const AT_RECURSIVE = 0x8000
/** A symbolic link at the end of the path is not followed. */
export const AT_SYMLINK_NOFOLLOW = 0x100
/** Flags of move_mount(2): the descriptor of source or target is itself meant, without a path. */
export const MOVE_MOUNT = { F_EMPTY_PATH: 0x4, T_EMPTY_PATH: 0x40 } as const
/** umount2(2): out of sight at once, gone with its last user, like `umount -l`. */
export const MNT_DETACH = 2
/** umount2(2): a symbolic link at the end of the path is not followed. */
export const UMOUNT_NOFOLLOW = 8

const FSCONFIG = { SET_FLAG: 0, SET_STRING: 1, SET_FD: 5, CREATE: 6, RECONFIGURE: 7 } as const

/** open_tree(2) (Linux 5.2), O_CLOEXEC always set. @throws CofferdamError `ERR_SYSCALL` */
export function openTree(dirfd: number, path: string, flags = 0): number {
  return check('open_tree', calls().openTree(dirfd, path, flags), { path })
}

/** move_mount(2) (Linux 5.2): attaches the mount `from` at `toPath`. @throws CofferdamError `ERR_SYSCALL` */
export function moveMount(from: number, to: number, toPath = ''): void {
  const flags = MOVE_MOUNT.F_EMPTY_PATH | (toPath === '' ? MOVE_MOUNT.T_EMPTY_PATH : 0)
  check('move_mount', calls().moveMount(from, '', to, toPath, flags), { path: toPath })
}

/** fsopen(2): a context for a new file system of `type`. @throws CofferdamError `ERR_SYSCALL` */
export function fsopen(type: string): number {
  return check('fsopen', calls().fsopen(type), { path: type })
}

/** fspick(2): a context for the file system mounted at `path`. @throws CofferdamError `ERR_SYSCALL` */
export function fspick(dirfd: number, path: string, flags = 0): number {
  return check('fspick', calls().fspick(dirfd, path, flags), { path })
}

function fsError(fs: number, syscall: string, result: number, object: string): CofferdamError {
  const message = calls().fsMessage(fs)
  return syscallError(syscall, result, { path: object, ...(message === '' ? {} : { hint: message.trim() }) })
}

/** fsconfig(2): a text option (`undefined` value: a flag). @throws CofferdamError `ERR_SYSCALL`, kernel's words as hint */
export function fsconfigSet(fs: number, key: string, value?: string): void {
  const command = value === undefined ? FSCONFIG.SET_FLAG : FSCONFIG.SET_STRING
  const result = calls().fsconfig(fs, command, key, value, 0)
  if (result < 0) throw fsError(fs, 'fsconfig', result, value === undefined ? key : `${key}=${value}`)
}

/** fsconfig(2): an option that is a descriptor (`lowerdir+`, Linux 6.13 for overlay). @throws CofferdamError `ERR_SYSCALL` */
export function fsconfigSetFd(fs: number, key: string, fd: number): void {
  const result = calls().fsconfig(fs, FSCONFIG.SET_FD, key, undefined, fd)
  if (result < 0) throw fsError(fs, 'fsconfig', result, `${key}=fd ${fd}`)
}

/** fsconfig(2) FSCONFIG_CMD_CREATE. @throws CofferdamError `ERR_SYSCALL`, kernel's words as hint */
export function fsconfigCreate(fs: number): void {
  const result = calls().fsconfig(fs, FSCONFIG.CREATE, undefined, undefined, 0)
  if (result < 0) throw fsError(fs, 'fsconfig', result, 'create')
}

/** fsconfig(2) FSCONFIG_CMD_RECONFIGURE. @throws CofferdamError `ERR_SYSCALL`, kernel's words as hint */
export function fsconfigReconfigure(fs: number): void {
  const result = calls().fsconfig(fs, FSCONFIG.RECONFIGURE, undefined, undefined, 0)
  if (result < 0) throw fsError(fs, 'fsconfig', result, 'reconfigure')
}

/** fsmount(2): a detached mount. @throws CofferdamError `ERR_SYSCALL`, kernel's words as hint */
export function fsmount(fs: number, attrs = 0): number {
  const result = calls().fsmount(fs, attrs)
  if (result < 0) throw fsError(fs, 'fsmount', result, '')
  return result
}

/** What mount_setattr(2) changes. */
export interface MountAttrChange {
  readonly set?: number
  readonly clear?: number
  /** MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE. */
  readonly propagation?: number
  /** A user namespace whose id map the mount gets. */
  readonly userns?: number
}

/** mount_setattr(2) (Linux 5.12). @throws CofferdamError `ERR_SYSCALL` */
export function mountSetattr(dirfd: number, path: string, flags: number, change: MountAttrChange): void {
  const { set = 0, clear = 0, propagation = 0, userns = -1 } = change
  const at = path === '' ? flags | AT_EMPTY_PATH : flags
  check('mount_setattr', calls().mountSetattr(dirfd, path, at, set, clear, propagation, userns), { path })
}

/** mount(2), for what the new calls do not do. @throws CofferdamError `ERR_SYSCALL` */
export function mount(
  source: string | undefined,
  target: string,
  type: string | undefined,
  flags = 0,
  data?: string,
): void {
  check('mount', calls().mount(source, target, type, flags, data), { path: target })
}

/** umount2(2) on the lane's thread: it waits for a grace period of the kernel. @throws CofferdamError `ERR_SYSCALL` */
export async function umount(lane: Lane, path: string, flags = 0): Promise<void> {
  check('umount2', await calls().umount(lane.handle, path, flags), { path })
}
