/**
 * The Linux system calls that Node lacks, and the static programs `init` and `layer`. Calls are synchronous where they
 * take microseconds; what may wait in the kernel takes a {@link Lane} and returns a promise.
 * @packageDocumentation
 */
export { handOver } from './handover.js'
export { mkfifo } from './fifo.js'
export { native, nativeCandidates, programPath, requireLinux } from './native.js'
export { attachDeviceProgram } from './bpf.js'
export { cgroupSteps } from './cgroup.js'
export type { CgroupOutcome, CgroupStep } from './cgroup.js'
export { check } from './check.js'
export { Lane } from './lane.js'
export type { LaneHandle } from './lane.js'
export {
  ALL_SEALS,
  AT_FDCWD,
  FS_MAGIC,
  LOCK,
  O_CLOEXEC,
  O_PATH,
  RESOLVE,
  SEAL,
  closeFd,
  closeQuietly,
  dupFd,
  eventfd,
  fsType,
  lock,
  memfd,
  mkdirat,
  openat2,
  pipe,
  setNonblock,
  syncfs,
  tryLock,
} from './file.js'
export {
  AT_EMPTY_PATH,
  AT_RECURSIVE,
  AT_SYMLINK_NOFOLLOW,
  MNT_DETACH,
  MOVE_MOUNT,
  OPEN_TREE_CLONE,
  fsconfigCreate,
  fsconfigReconfigure,
  fsconfigSet,
  fsconfigSetFd,
  fsmount,
  fsopen,
  fspick,
  mount,
  mountSetattr,
  moveMount,
  openTree,
  UMOUNT_NOFOLLOW,
  umount,
} from './mount.js'
export type { MountAttrChange } from './mount.js'
export { pidfdGetfd, pidfdOpen, pidfdSendSignal, setWindowSize } from './pidfd.js'
export { formatOwner, nobody, ownerAlive, ownerOf, parseOwner } from './owner.js'
export type { Owner } from './owner.js'
export { bootId, isAlive, processStart, readProcessStat } from './process-stat.js'
export type { ProcessStat } from './process-stat.js'
export { removeTree, removeTreeOn } from './remove.js'
export { getXattr, listXattr, removeXattr, setXattr } from './xattr.js'
export { boundPort, reservePort } from './socket.js'
export type { PortReservation } from './socket.js'
export {
  REPORT,
  REQUEST,
  monitorConnect,
  spawnerOpen,
  spawnerPid,
  spawnerRef,
  spawnerSend,
  spawnerShutdown,
} from './spawner.js'
export type { InitRole, Report, SpawnerHandle } from './spawner.js'
