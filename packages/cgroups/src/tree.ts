import { closeSync, constants, openSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { isErrno } from '@cofferdam/core'
import { openat2, RESOLVE } from '@cofferdam/sys'
import { runSteps } from './steps.js'

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
/** What a container may have made below its cgroup: more are left to the next call. */
const LIMIT = 16_384
/** Steps that run in one go. */
const BATCH = 512

/** A cgroup's directory, open while it is visited. */
interface Visit {
  /** Path by its descriptor: whatever becomes of the names above, and however long they are. */
  readonly path: string
  readonly children: readonly string[]
}

const byFd = (fd: number) => `/proc/self/fd/${fd}`

/** What `act` gives; undefined where the directory went away or is none. */
function ifThere<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ENODEV', 'ELOOP', 'EXDEV', 'EOPNOTSUPP')) return undefined
    throw error
  }
}

function subdirectories(fd: number): string[] {
  const entries = ifThere(() => readdirSync(byFd(fd), { withFileTypes: true })) ?? []
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/**
 * Visits a cgroup's directory and all below it, children first, with one descriptor at a time: each is opened from its
 * parent, and left by `..`, which leads back since no cgroup can be moved to another parent.
 */
function* visit(top: string): Generator<Visit> {
  let at = ifThere(() => openSync(top, DIRECTORY))
  if (at === undefined) return
  try {
    const levels = [{ children: subdirectories(at), next: 0 }]
    for (let left = LIMIT; ;) {
      const level = levels.at(-1) as (typeof levels)[number]
      const name = left > 0 ? level.children[level.next++] : undefined
      const parent: number = at
      let to: number | undefined
      if (name !== undefined) {
        left--
        to = ifThere(() => openat2(parent, name, DIRECTORY, RESOLVE.NO_SYMLINKS | RESOLVE.NO_XDEV))
        if (to === undefined) continue
        levels.push({ children: subdirectories(to), next: 0 })
      } else {
        yield { path: byFd(at), children: level.children }
        levels.pop()
        if (levels.length === 0) return
        to = ifThere(() => openat2(parent, '..', DIRECTORY, RESOLVE.NO_XDEV))
        if (to === undefined) return
      }
      closeSync(at)
      at = to
    }
  } finally {
    closeSync(at)
  }
}

/** Removes what lies below a cgroup, deepest first, as far as no process is in it; true when something was removed. */
export async function removeBelow(top: string): Promise<boolean> {
  // A cgroup's directory has a link from each below, and two of its own.
  if ((statSync(top, { throwIfNoEntry: false })?.nlink ?? 0) <= 2) return false
  let removed = false
  for (const { path, children } of visit(top)) {
    for (let from = 0; from < children.length; from += BATCH) {
      const names = children.slice(from, from + BATCH)
      const outcomes = await runSteps(
        names.map((name) => ({ kind: 'rmdir', path: `${path}/${name}`, optional: true })),
      )
      removed ||= outcomes.includes(0)
    }
  }
  return removed
}

/** The processes in a cgroup's directory and in all below it. */
export function pidsBelow(top: string): number[] {
  const pids: number[] = []
  for (const { path } of visit(top)) {
    const text = ifThere(() => readFileSync(`${path}/cgroup.procs`, 'utf8')) ?? ''
    for (const line of text.split('\n')) if (line !== '') pids.push(Number(line))
  }
  return pids
}

/** Writes one value to a file of a cgroup and of all below it, deepest first, where there is such a file. */
export async function writeBelow(top: string, file: string, data: string): Promise<void> {
  for (const { path } of visit(top))
    await runSteps([{ kind: 'write', path: `${path}/${file}`, data, optional: true }])
}
