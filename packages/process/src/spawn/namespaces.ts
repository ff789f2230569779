import { constants, openSync } from 'node:fs'
import { CofferdamError } from '@cofferdam/core'
import type { CloneSection, Join, NamespaceKind } from '../plan/clone.js'
import type { Op } from '../plan/ops.js'
import type { SpawnNamespaces } from './options.js'

const KINDS = {
  user: 'user',
  cgroup: 'cgroup',
  ipc: 'ipc',
  uts: 'uts',
  net: 'network',
  pid: 'pid',
  time: 'time',
  mount: 'mount',
} as const satisfies Record<keyof SpawnNamespaces, NamespaceKind>

/** What the namespaces option asks for, in the plan's terms. */
export interface NamespacePlan {
  readonly clone: CloneSection
  /** Namespaces that the process itself enters. */
  readonly enter: readonly Op[]
  /** Descriptors opened here, to be closed after the launch. */
  readonly opened: readonly number[]
}

function openNamespace(key: string, choice: number | string, opened: number[]): number {
  if (typeof choice === 'number') return choice
  try {
    const fd = openSync(choice, constants.O_RDONLY)
    opened.push(fd)
    return fd
  } catch (cause) {
    throw new CofferdamError('ERR_NAMESPACE', `open the ${key} namespace ${choice}`, {
      path: choice,
      cause,
    })
  }
}

function userMaps(choice: SpawnNamespaces['user']): Partial<CloneSection> {
  if (choice === undefined || choice === false || typeof choice === 'number' || typeof choice === 'string') {
    return {}
  }
  if (choice !== true && 'uidMappings' in choice) return choice
  return {
    uidMappings: [{ containerID: 0, hostID: process.geteuid?.() ?? 0, size: 1 }],
    gidMappings: [{ containerID: 0, hostID: process.getegid?.() ?? 0, size: 1 }],
    setgroups: 'deny',
  }
}

/**
 * Sorts namespaces into new ones and ones to join. A joined namespace is entered by the process itself where the
 * kernel allows that, which saves an intermediate process. On an error nothing stays open.
 * @throws CofferdamError `ERR_NAMESPACE`
 */
export function planNamespaces(options: SpawnNamespaces = {}): NamespacePlan {
  const fresh: NamespaceKind[] = []
  const joins: Join[] = []
  const opened: number[] = []
  for (const [key, kind] of Object.entries(KINDS)) {
    const choice = options[key as keyof SpawnNamespaces]
    if (choice === undefined || choice === false) continue
    if (typeof choice === 'number' || typeof choice === 'string') {
      joins.push({ kind, fd: openNamespace(key, choice, opened) })
    } else {
      fresh.push(kind)
    }
  }
  const outside = fresh.includes('user') || joins.some(({ kind }) => ['pid', 'time', 'user'].includes(kind))
  const { time } = options
  return {
    clone: {
      namespaces: fresh,
      ...(outside && joins.length > 0 ? { join: joins } : {}),
      ...(typeof time === 'object' ? { timeOffsets: time } : {}),
      ...userMaps(options.user),
    },
    enter: outside ? [] : joins.map(({ kind, fd }) => ({ op: 'setns', kind, fd })),
    opened,
  }
}
