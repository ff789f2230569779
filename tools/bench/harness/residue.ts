import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** What a process and its children hold, and what of theirs the kernel shows. */
export interface Residue {
  /** Open descriptors of this process, by what they refer to. */
  descriptors: string[]
  /** Open descriptors of the children, the same. */
  childDescriptors: string[]
  mounts: string[]
  cgroups: string[]
  links: string[]
  /** Descendants that live, as "pid command". */
  children: string[]
  zombies: string[]
  /** Resident bytes of this process, and of its descendants together. */
  rss: number
  childRss: number
}

const lines = async (file: string): Promise<string[]> =>
  (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')

async function descriptors(pid: number | 'self'): Promise<string[]> {
  const dir = `/proc/${pid}/fd`
  const names = await readdir(dir).catch(() => [])
  const targets = await Promise.all(names.map((name) => readlink(join(dir, name)).catch(() => undefined)))
  return targets.filter((target) => target !== undefined && target !== `/proc/${process.pid}/fd`) as string[]
}

interface Process {
  pid: number
  parent: number
  state: string
  command: string
  pages: number
}

async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const all = await Promise.all(
    pids.map(async (pid) => {
      const [text = ''] = await lines(`/proc/${pid}/stat`)
      const close = text.lastIndexOf(')')
      const fields = text.slice(close + 2).split(' ')
      const [state = '', parent = ''] = fields
      const command = text.slice(text.indexOf('(') + 1, close)
      return { pid: Number(pid), parent: Number(parent), state, command, pages: Number(fields[21] ?? 0) }
    }),
  )
  return all.filter(({ state }) => state !== '')
}

function descendants(all: Process[], root: number): Process[] {
  const found: Process[] = []
  const pending = [root]
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop())
    for (const child of all.filter((one) => one.parent === parent)) {
      found.push(child)
      pending.push(child.pid)
    }
  return found
}

async function directories(root: string, depth: number): Promise<string[]> {
  const entries = depth === 0 ? [] : await readdir(root, { withFileTypes: true }).catch(() => [])
  const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name))
  return [...below, ...(await Promise.all(below.map((dir) => directories(dir, depth - 1)))).flat()]
}

/** Looks at what is there now; `cgroup` is a word in the paths of control groups that may be ours. */
export async function residue(cgroup: string): Promise<Residue> {
  const all = await processes()
  const own = descendants(all, process.pid)
  const living = own.filter(({ state }) => state !== 'Z')
  // Containers whose parent is gone are zombies of pid 1 until it reaps them.
  const ended = all.filter(
    ({ state, parent, pid }) => state === 'Z' && (parent === 1 || own.some((one) => one.pid === pid)),
  )
  const mounts = await Promise.all(
    ['self', ...living.map(({ pid }) => pid)].map((pid) => lines(`/proc/${pid}/mountinfo`)),
  )
  return {
    descriptors: await descriptors('self'),
    childDescriptors: (await Promise.all(living.map(({ pid }) => descriptors(pid)))).flat(),
    mounts: mounts.flat(),
    cgroups: (await directories('/sys/fs/cgroup', 4)).filter((path) => path.includes(cgroup)),
    links: await readdir('/sys/class/net').catch(() => []),
    children: living.map(({ pid, command }) => `${pid} ${command}`),
    zombies: ended.map(({ pid, command }) => `${pid} ${command}`),
    rss: process.memoryUsage.rss(),
    childRss: living.reduce((sum, { pages }) => sum + pages * 4096, 0),
  }
}

/** The entries of `after` that were not in `before`; equal ones are counted. */
export function added(before: readonly string[], after: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const entry of before) left.set(entry, (left.get(entry) ?? 0) + 1)
  return after.filter((entry) => {
    const count = left.get(entry) ?? 0
    left.set(entry, count - 1)
    return count <= 0
  })
}
