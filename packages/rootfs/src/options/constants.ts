/** `MOUNT_ATTR_*` of mount_setattr(2). */
export const MountAttr = {
  RDONLY: 0x1,
  NOSUID: 0x2,
  NODEV: 0x4,
  NOEXEC: 0x8,
  /** Mask of the access time field; 0 in it is relatime. */
  ATIME: 0x70,
  RELATIME: 0x0,
  NOATIME: 0x10,
  STRICTATIME: 0x20,
  NODIRATIME: 0x80,
  IDMAP: 0x100000,
  NOSYMFOLLOW: 0x200000,
} as const

/** `MS_*` propagation flags of mount(2), as mount_setattr's `propagation` and mount(2)'s flags take them. */
export const Propagation = {
  unbindable: 1 << 17,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
} as const

/** A kind of propagation, mount_namespaces(7). */
export type PropagationType = keyof typeof Propagation
