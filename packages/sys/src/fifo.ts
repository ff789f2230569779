import { check } from './check.js'
import { native } from './native.js'

interface FifoCalls {
  mkfifo(path: string, mode: number): number
}

/** mkfifo(3): a named pipe that must not exist yet. @throws CofferdamError `ERR_SYSCALL` */
export function mkfifo(path: string, mode = 0o600): void {
  check('mkfifo', native<FifoCalls>().mkfifo(path, mode), { path })
}
