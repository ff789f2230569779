import { accessSync, constants, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorMessage, formatBytes } from '@cofferdam/core'
import type { Check } from './check.js'

const overlay = 0x794c7630
const nfs = 0x6969

/** The store's file system can be the upper side of an overlay, is writable, and has room. */
export function checkStore(store: string): Check {
  const named = { name: 'store', required: true }
  try {
    const path = nearest(store)
    accessSync(path, constants.W_OK)
    const { type, bavail, bsize } = statfsSync(path)
    const free = bavail * bsize
    if (type === overlay || type === nfs) {
      return {
        ...named,
        ok: false,
        detail: `${store} is on ${type === nfs ? 'NFS' : 'an overlay'}, which cannot be the upper side of an overlay`,
        fix: 'set COFFERDAM_ROOT to a directory on ext4, xfs, btrfs or tmpfs',
      }
    }
    return {
      ...named,
      ok: free > 256 * 1024 * 1024,
      detail: `${store}: ${formatBytes(free)} free`,
      fix: 'make room, or set COFFERDAM_ROOT',
    }
  } catch (error) {
    return {
      ...named,
      ok: false,
      detail: errorMessage(error),
      fix: 'set COFFERDAM_ROOT to a directory you may write',
    }
  }
}

function nearest(path: string): string {
  try {
    accessSync(path)
    return path
  } catch {
    return path === '/' ? '/' : nearest(dirname(path))
  }
}
