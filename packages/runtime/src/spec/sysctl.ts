import type { Spec } from './types.js'

const ipcSysctls = new Set([
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
])

/** The sysctl with dots, whichever separator it was written with: `net/ipv4/conf/eth0.1/x` keeps its dots as slashes. */
export function sysctlPath(key: string): string {
  const dot = key.indexOf('.')
  const slash = key.indexOf('/')
  if (slash >= 0 && (dot < 0 || slash < dot)) return key
  return key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.'))
}

/**
 * Why `key` may not be set: only sysctls of a namespace of the container's own are allowed (sysctl(8),
 * namespaces(7)); undefined when it may.
 */
export function sysctlProblem(key: string, spec: Spec, own: (type: string) => boolean): string | undefined {
  const path = sysctlPath(key)
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..') || path.includes('\0')) {
    return `sysctl ${JSON.stringify(key)} is not a name`
  }
  const name = parts.join('.')
  const needs = (type: string) =>
    own(type)
      ? undefined
      : `sysctl ${JSON.stringify(key)} is not allowed without a ${type} namespace of its own`
  if (ipcSysctls.has(name) || name.startsWith('fs.mqueue.')) return needs('ipc')
  if (parts[0] === 'net') return needs('network')
  if (parts[0] === 'user') return needs('user')
  if (name === 'kernel.domainname') return needs('uts')
  if (name === 'kernel.hostname') {
    return spec.hostname !== undefined && spec.hostname !== ''
      ? `sysctl "kernel.hostname" conflicts with hostname ${JSON.stringify(spec.hostname)}`
      : needs('uts')
  }
  return `sysctl ${JSON.stringify(key)} is not in a separate kernel namespace`
}
