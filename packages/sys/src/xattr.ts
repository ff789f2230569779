import { constants } from 'node:os'
import { check } from './check.js'
import { native } from './native.js'

interface XattrCalls {
  getXattr(fd: number, name: string): Buffer | number
  setXattr(fd: number, name: string, value: Uint8Array, flags: number): number
  listXattr(fd: number): Buffer | number
  removeXattr(fd: number, name: string): number
}
const calls = () => native<XattrCalls>()

/** An attribute's value, undefined when there is none, like `getfattr -n NAME`. @throws CofferdamError `ERR_SYSCALL` */
export function getXattr(fd: number, name: string): Buffer | undefined {
  const value = calls().getXattr(fd, name)
  if (typeof value !== 'number') return value
  if (value !== -constants.errno.ENODATA) check('fgetxattr', value, { path: name })
  return undefined
}

/** Sets an attribute, like `setfattr -n NAME -v VALUE`. @throws CofferdamError `ERR_SYSCALL` */
export function setXattr(fd: number, name: string, value: Uint8Array, flags = 0): void {
  check('fsetxattr', calls().setXattr(fd, name, value, flags), { path: name })
}

/** Names of all attributes. @throws CofferdamError `ERR_SYSCALL` */
export function listXattr(fd: number): string[] {
  const names = calls().listXattr(fd)
  if (typeof names === 'number') {
    check('flistxattr', names)
    return []
  }
  return names.toString().split('\0').slice(0, -1)
}

/** Removes an attribute, like `setfattr -x NAME`. @throws CofferdamError `ERR_SYSCALL` */
export function removeXattr(fd: number, name: string): void {
  check('fremovexattr', calls().removeXattr(fd, name), { path: name })
}
