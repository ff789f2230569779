import { check } from './check.js'
import { native } from './native.js'

interface HandoverCalls {
  handOver(path: string, fd: number, name: string): number
}

/**
 * Sends a descriptor with a name to whoever listens at a unix stream socket (SCM_RIGHTS, unix(7)), as OCI runtimes
 * hand over the master of a container's terminal. The path may have 107 bytes. @throws CofferdamError `ERR_SYSCALL`
 */
export function handOver(path: string, fd: number, name: string): void {
  check('sendmsg', native<HandoverCalls>().handOver(path, fd, name), {
    path,
    action: 'hand over a descriptor to',
  })
}
