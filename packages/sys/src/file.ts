import { check } from './check.js'
import type { Lane, LaneHandle } from './lane.js'
import { native } from './native.js'

interface FileCalls {
  close(fd: number): number
  openat2(dirfd: number, path: string, flags: number, mode: number, resolve: number): number
  dup(fd: number): number
  mkdirat(dirfd: number, path: string, mode: number): number
  pipe(nonblock: number): [number, number] | number
  eventfd(initial: number, flags: number): number
  memfd(name: string, data: Uint8Array, seals: number): number
  fsType(fd: number): number
  tryLock(fd: number, operation: number): number
  lock(lane: LaneHandle, fd: number, operation: number): Promise<number>
  setNonblock(fd: number, on: number): number
  syncfs(lane: LaneHandle, fd: number): Promise<number>
}
const calls = () => native<FileCalls>()

/** The working directory, where a directory's descriptor is expected. */
export const AT_FDCWD = -100

/** Flag of open(2): a descriptor that names a file without opening it; Node's constants lack it. */
export const O_PATH = 0o10000000
/** Flag of open(2): closed at exec; Node's constants lack it. */
export const O_CLOEXEC = 0o2000000

/** How openat2(2) resolves a path. */
export const RESOLVE = {
  NO_XDEV: 0x1,
  NO_MAGICLINKS: 0x2,
  NO_SYMLINKS: 0x4,
  BENEATH: 0x8,
  IN_ROOT: 0x10,
} as const

/** Magic numbers of statfs(2). */
export const FS_MAGIC = {
  CGROUP: 0x27e0eb,
  CGROUP2: 0x63677270,
  PROC: 0x9fa0,
  SYSFS: 0x62656572,
  TMPFS: 0x1021994,
  OVERLAYFS: 0x794c7630,
  DEVPTS: 0x1cd1,
  NSFS: 0x6e736673,
  EXT4: 0xef53,
} as const

/** Operations of flock(2). */
export const LOCK = { SH: 1, EX: 2, UN: 8 } as const

/** Seals of memfd_create(2). */
export const SEAL = { SEAL: 1, SHRINK: 2, GROW: 4, WRITE: 8 } as const
/** Nothing about the memfd can change any more. */
export const ALL_SEALS = SEAL.SEAL | SEAL.SHRINK | SEAL.GROW | SEAL.WRITE

/** close(2); EBADF is an error. @throws CofferdamError `ERR_SYSCALL` */
export function closeFd(fd: number): void {
  check('close', calls().close(fd))
}

/** close(2) for clean-up: never throws. */
export function closeQuietly(fd: number | undefined): void {
  if (fd !== undefined && fd >= 0) calls().close(fd)
}

/** openat2(2), O_CLOEXEC always set. @throws CofferdamError `ERR_SYSCALL` */
export function openat2(dirfd: number, path: string, flags: number, resolve = 0, mode = 0): number {
  return check('openat2', calls().openat2(dirfd, path, flags, mode, resolve), { path })
}

/** A duplicate with O_CLOEXEC, 3 or above. @throws CofferdamError `ERR_SYSCALL` */
export function dupFd(fd: number): number {
  return check('dup', calls().dup(fd))
}

/** mkdirat(2). @throws CofferdamError `ERR_SYSCALL` */
export function mkdirat(dirfd: number, path: string, mode = 0o755): void {
  check('mkdirat', calls().mkdirat(dirfd, path, mode), { path })
}

/** pipe2(2) with O_CLOEXEC; O_NONBLOCK on the ends asked for. @throws CofferdamError `ERR_SYSCALL` */
export function pipe(nonblock: { read?: boolean; write?: boolean } = {}): { read: number; write: number } {
  const pair = calls().pipe((nonblock.read ? 1 : 0) | (nonblock.write ? 2 : 0))
  if (typeof pair === 'number') return { read: check('pipe2', pair), write: -1 }
  return { read: pair[0], write: pair[1] }
}

/** eventfd(2). @throws CofferdamError `ERR_SYSCALL` */
export function eventfd(initial = 0, flags = 0): number {
  return check('eventfd', calls().eventfd(initial, flags))
}

/** A memfd that holds `data`, sealed. @throws CofferdamError `ERR_SYSCALL` */
export function memfd(name: string, data: Uint8Array, seals: number = ALL_SEALS): number {
  return check('memfd_create', calls().memfd(name, data, seals), { path: name })
}

/** The file system's magic number, like `stat -f -c %t`. @throws CofferdamError `ERR_SYSCALL` */
export function fsType(fd: number): number {
  return check('fstatfs', calls().fsType(fd))
}

/** flock(2) without waiting: false when another holds it. @throws CofferdamError `ERR_SYSCALL` */
export function tryLock(fd: number, operation: number): boolean {
  const result = calls().tryLock(fd, operation)
  if (result === -11) return false
  check('flock', result)
  return true
}

/** flock(2), waiting on the lane's thread. @throws CofferdamError `ERR_SYSCALL` */
export async function lock(lane: Lane, fd: number, operation: number): Promise<void> {
  check('flock', await calls().lock(lane.handle, fd, operation))
}

/** Sets or clears O_NONBLOCK. @throws CofferdamError `ERR_SYSCALL` */
export function setNonblock(fd: number, on: boolean): void {
  check('fcntl', calls().setNonblock(fd, on ? 1 : 0))
}

/** Writes the file system that holds `fd` to its device (syncfs(2)), waiting on the lane's thread. @throws CofferdamError `ERR_SYSCALL` */
export async function syncfs(lane: Lane, fd: number): Promise<void> {
  check('syncfs', await calls().syncfs(lane.handle, fd))
}
