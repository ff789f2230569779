import type { FdRef } from './fd.js'

/** How mounts below propagate (mount_namespaces(7)). */
export type Propagation = 'private' | 'slave' | 'shared' | 'unbindable'

/** MOUNT_ATTR_* bits to set and to clear (mount_setattr(2)); see {@link MOUNT_ATTR}. */
export interface AttrChange {
  readonly set?: number
  readonly clear?: number
  /** On every mount below too (AT_RECURSIVE). */
  readonly recursive?: boolean
}

/** Where in the container's root something is mounted. Paths are resolved by openat2(2) RESOLVE_IN_ROOT. */
export interface Target {
  readonly target: string
  /** A missing mount point is made: a directory, or an empty file for a bind of a file. */
  readonly create?: 'directory' | 'file' | 'like-source'
  /** Fail with ELOOP if any component is a symbolic link (for `/proc` and `/sys`). */
  readonly noSymlinks?: boolean
  /** Fail with EPERM if the place is inside a procfs. */
  readonly notProc?: boolean
}

/** Changes the propagation of `/` (or of `target` in the container's root), like `mount --make-rslave /`. */
export interface PropagationOp {
  readonly op: 'propagation'
  readonly mode: Propagation
  readonly recursive?: boolean
  /** In the container's root; left out, the root the process sees now. */
  readonly target?: string
}

/** Attaches the container's root; every later target is resolved under it. */
export interface RootOp {
  readonly op: 'root'
  /** A detached mount (fsmount(2), open_tree(2) with OPEN_TREE_CLONE) that is attached. */
  readonly fd?: FdRef
  /** A directory seen by the process: bound (recursively) onto itself, like `mount --rbind DIR DIR`. */
  readonly path?: string
  /** Use the directory as it is (for chroot without a mount namespace). */
  readonly plain?: boolean
  /** Make `/` private first; pivot_root(2) refuses a shared one. */
  readonly privateParent?: boolean
  /** Attributes of the root's mount from the beginning, such as an id map. */
  readonly attrs?: AttrChange
  /** A user namespace whose id map the mount gets (MOUNT_ATTR_IDMAP, Linux 5.12). */
  readonly idmap?: FdRef
}

/** Makes and mounts a file system, like `mount -t TYPE -o OPTIONS SOURCE TARGET` (fsopen(2)). */
export interface FsmountOp extends Target {
  readonly op: 'fsmount'
  readonly type: string
  readonly source?: string
  /** `key=value` or `flag`, as fsconfig(2) takes them; `ro` makes the superblock read-only. */
  readonly options?: readonly string[]
  /** MOUNT_ATTR_* of the mount. */
  readonly attrs?: number
  /** Change of propagation after attaching. */
  readonly propagation?: Propagation
  readonly propagationRecursive?: boolean
  readonly idmap?: FdRef
}

/** Mounts a path again elsewhere, like `mount --bind`; the path is the one the process sees before pivotRoot. */
export interface BindOp extends Target {
  readonly op: 'bind'
  readonly source: string
  /** `source` is in the container's root. */
  readonly sourceInRoot?: boolean
  readonly recursive?: boolean
  readonly attrs?: AttrChange
  readonly propagation?: Propagation
  readonly propagationRecursive?: boolean
  readonly idmap?: FdRef
}

/** Attaches a detached mount (move_mount(2)). */
export interface AttachOp extends Target {
  readonly op: 'attach'
  readonly fd: FdRef
  readonly attrs?: AttrChange
  readonly propagation?: Propagation
  readonly propagationRecursive?: boolean
  readonly idmap?: FdRef
}

/** Changes a mounted place, like `mount -o remount,bind,ro TARGET` (mount_setattr(2)); `/` is the root itself. */
export interface SetAttrOp {
  readonly op: 'setAttr'
  readonly target: string
  readonly attrs: AttrChange
}

/** Reconfigures the superblock at `target`, like `mount -o remount,OPTIONS TARGET` (fspick(2)). */
export interface ReconfigureOp {
  readonly op: 'reconfigure'
  readonly target: string
  readonly options: readonly string[]
}

/** Makes a directory with its parents, like `mkdir -p`; an existing one is left as it is. */
export interface MkdirOp {
  readonly op: 'mkdir'
  readonly path: string
  readonly mode?: number
}

/** Makes a symbolic link unless the name exists, like `ln -s TARGET PATH`. */
export interface SymlinkOp {
  readonly op: 'symlink'
  readonly path: string
  readonly target: string
}

/** Makes a device node or FIFO, like `mknod`; one that exists must be the same device. */
export interface MknodOp {
  readonly op: 'mknod'
  readonly path: string
  readonly type: 'c' | 'b' | 'p'
  readonly major: number
  readonly minor: number
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
  /** A path of the host that is bound instead where the kernel refuses (EPERM, in a user namespace). */
  readonly bindFallback?: string
  /** Bind at once, do not try mknod. */
  readonly alwaysBind?: boolean
}

/** Hides paths: files behind a verified `/dev/null`, directories behind one shared read-only tmpfs. Missing: skipped. */
export interface MaskOp {
  readonly op: 'mask'
  readonly paths: readonly string[]
}

/** Binds paths onto themselves read-only. Missing ones are skipped. */
export interface ReadonlyPathsOp {
  readonly op: 'readonlyPaths'
  readonly paths: readonly string[]
}

/**
 * Makes the container's root the root: by pivot_root(2), or by `move`, which works on an initramfs too: the root is
 * mounted over `/` and chroot(2) enters it. `chroot` is for a plain root without a mount namespace.
 */
export interface PivotRootOp {
  readonly op: 'pivotRoot'
  readonly how?: 'pivot' | 'move' | 'chroot'
}

/** What is done to mounts and the files of the root. */
export type MountOp =
  | PropagationOp
  | RootOp
  | FsmountOp
  | BindOp
  | AttachOp
  | SetAttrOp
  | ReconfigureOp
  | MkdirOp
  | SymlinkOp
  | MknodOp
  | MaskOp
  | ReadonlyPathsOp
  | PivotRootOp

/** Bits of mount_setattr(2). The access time ones are a field: clear `ATIME` (all of it) when setting one. */
export const MOUNT_ATTR = {
  RDONLY: 0x1,
  NOSUID: 0x2,
  NODEV: 0x4,
  NOEXEC: 0x8,
  RELATIME: 0x0,
  ATIME: 0x70,
  NOATIME: 0x10,
  STRICTATIME: 0x20,
  NODIRATIME: 0x80,
  NOSYMFOLLOW: 0x200000,
} as const
