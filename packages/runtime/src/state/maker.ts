import { readlinkSync, symlinkSync } from 'node:fs'
import { isErrno } from '@cofferdam/core'
import { bootId, isAlive, processStart } from '@cofferdam/sys'

let own: string | undefined

/** Notes that this process makes a container: as the target of a link, which is written whole by one system call. */
export function noteMaker(path: string): void {
  own ??= `${process.pid} ${processStart(process.pid) ?? ''} ${bootId()}`
  symlinkSync(own, path)
}

/** Whether the process lives that made a note; false where there is none. */
export function makerLives(path: string): boolean {
  let text: string
  try {
    text = readlinkSync(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EINVAL')) return false
    throw error
  }
  const [pid, startTime = '', boot] = text.split(' ')
  return boot === bootId() && isAlive(Number(pid), startTime)
}
