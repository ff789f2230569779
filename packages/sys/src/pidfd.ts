import { constants } from 'node:os'
import { check } from './check.js'
import { native } from './native.js'

interface PidfdCalls {
  pidfdOpen(pid: number, flags: number): number
  pidfdSendSignal(pidfd: number, signal: number): number
  pidfdGetfd(pidfd: number, fd: number): number
  setWindowSize(fd: number, columns: number, rows: number): number
}
const calls = () => native<PidfdCalls>()

/** pidfd_open(2) (Linux 5.3). @throws CofferdamError `ERR_SYSCALL` */
export function pidfdOpen(pid: number): number {
  return check('pidfd_open', calls().pidfdOpen(pid, 0), { path: `pid ${pid}` })
}

/**
 * pidfd_send_signal(2); signal 0 asks whether the process is there. False when it is gone (ESRCH).
 * @throws CofferdamError `ERR_SYSCALL`
 */
export function pidfdSendSignal(pidfd: number, signal: number | NodeJS.Signals): boolean {
  const number = typeof signal === 'number' ? signal : constants.signals[signal]
  const result = calls().pidfdSendSignal(pidfd, number)
  if (result === -constants.errno.ESRCH) return false
  check('pidfd_send_signal', result, { path: String(signal) })
  return true
}

/** pidfd_getfd(2) (Linux 5.6). @throws CofferdamError `ERR_SYSCALL` */
export function pidfdGetfd(pidfd: number, fd: number): number {
  return check('pidfd_getfd', calls().pidfdGetfd(pidfd, fd))
}

/** Sets a terminal's size (TIOCSWINSZ), like `stty cols C rows R`. @throws CofferdamError `ERR_SYSCALL` */
export function setWindowSize(fd: number, columns: number, rows: number): void {
  check('ioctl', calls().setWindowSize(fd, columns, rows), { action: 'set the size of a terminal' })
}
