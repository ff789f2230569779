import { openSync, readlinkSync } from 'node:fs'
import { CofferdamError, errorMessage } from '@cofferdam/core'
import type { NamespaceKind } from '@cofferdam/process'
import type { Linux } from '../spec/types.js'
import { closeAll } from './root.js'

const fileNames: Record<NamespaceKind, string> = {
  mount: 'mnt',
  pid: 'pid',
  network: 'net',
  ipc: 'ipc',
  uts: 'uts',
  user: 'user',
  cgroup: 'cgroup',
  time: 'time',
}

function open(kind: NamespaceKind, path: string): number {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    throw new CofferdamError('ERR_NAMESPACE', `open the ${kind} namespace ${path}: ${errorMessage(error)}`, {
      path,
      syscall: 'open',
      cause: error,
    })
  }
  const link = readlinkSync(`/proc/self/fd/${fd}`)
  if (link.startsWith(`${fileNames[kind]}:[`) || link.startsWith('/')) return fd
  closeAll([fd])
  throw new CofferdamError('ERR_NAMESPACE', `${path} is no ${kind} namespace but ${link}`, { path })
}

/**
 * Opens the namespaces a specification wants joined.
 * @throws CofferdamError `ERR_NAMESPACE`: missing, or of another type
 */
export function openNamespaces(linux: Linux | undefined): Partial<Record<NamespaceKind, number>> {
  const opened: Partial<Record<NamespaceKind, number>> = {}
  try {
    for (const { type, path } of linux?.namespaces ?? []) {
      if (path !== undefined && path !== '') opened[type] = open(type, path)
    }
    return opened
  } catch (error) {
    closeAll(Object.values(opened))
    throw error
  }
}
