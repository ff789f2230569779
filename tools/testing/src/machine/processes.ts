import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

interface Entry {
  pid: number
  parent: number
  start: string
  state: string
  command: string
}

function read(pid: number): Entry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const close = stat.lastIndexOf(')')
    const fields = stat.slice(close + 2).split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    const name = stat.slice(stat.indexOf('('), close + 1)
    return {
      pid,
      parent: Number(fields[1]),
      start: fields[19]!,
      state: fields[0]!,
      command: (command || name).slice(0, 120),
    }
  } catch {
    return undefined
  }
}

function isMarked(pid: number, mark: string | undefined): boolean {
  if (mark === undefined) return false
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)
  } catch {
    return false
  }
}

function runsFrom(pid: number, folder: string | undefined): boolean {
  if (folder === undefined) return false
  try {
    return readlinkSync(`/proc/${pid}/exe`).startsWith(`${folder}/packages/`)
  } catch {
    return false
  }
}

/**
 * Processes that belong to a run: descendants of this process, whatever carries the variable `mark` (`NAME=value`)
 * in its environment, and programs of `folder`/packages; not this process itself and not kernel threads.
 */
export function runProcesses(mark: string | undefined, folder: string | undefined): string[] {
  const all = new Map<number, Entry>()
  for (const name of readdirSync('/proc')) {
    const entry = /^\d+$/.test(name) ? read(Number(name)) : undefined
    if (entry !== undefined) all.set(entry.pid, entry)
  }
  const descends = (entry: Entry | undefined): boolean => {
    for (let at = entry; at !== undefined; at = all.get(at.parent)) if (at.parent === process.pid) return true
    return false
  }
  const ancestors = new Set<number>()
  for (let at = all.get(process.pid); at !== undefined; at = all.get(at.parent)) ancestors.add(at.pid)
  return [...all.values()]
    .filter((entry) => !ancestors.has(entry.pid))
    .filter((entry) => descends(entry) || isMarked(entry.pid, mark) || runsFrom(entry.pid, folder))
    .map((entry) => `${entry.pid} (started ${entry.start}, ${entry.state}) ${entry.command}`)
}
