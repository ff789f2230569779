import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '@cofferdam/testing'

/** What one path of a tree is, as comparable text. */
export type Tree = ReadonlyMap<string, string>

const kinds: Record<number, string> = {
  0o010000: 'fifo',
  0o020000: 'character device',
  0o040000: 'directory',
  0o060000: 'block device',
  0o100000: 'file',
  0o120000: 'symlink',
  0o140000: 'socket',
}

/**
 * Reads a tree: kind, mode, owner, modification time in ns, device number, link target, extended attributes, hash of
 * the content, and the first of the names that share an inode. Sizes and link counts of directories belong to the
 * file system.
 */
export async function readTree(root: string): Promise<Tree> {
  const attributes = await readAttributes(root)
  const inodes = new Map<string, string>()
  const tree = new Map<string, string>()
  const visit = (name: string): void => {
    const path = `${root}/${name}`
    const stat = lstatSync(path, { bigint: true })
    const kind = kinds[Number(stat.mode) & 0o170000] ?? 'unknown'
    const facts = [
      kind,
      (Number(stat.mode) & 0o7777).toString(8),
      `${stat.uid}:${stat.gid}`,
      `mtime ${stat.mtimeNs}`,
      attributes.get(name) ?? '',
    ]
    if (kind.endsWith('device')) facts.push(`device ${stat.rdev >> 8n}:${stat.rdev}`)
    if (kind === 'symlink') facts.push(`to ${readlinkSync(path)}`)
    if (kind === 'file')
      facts.push(`${stat.size} bytes`, createHash('sha256').update(readFileSync(path)).digest('hex'))
    if (kind !== 'directory' && stat.nlink > 1n) {
      const inode = `${stat.dev}:${stat.ino}`
      if (!inodes.has(inode)) inodes.set(inode, name)
      facts.push(`${stat.nlink} names, first ${inodes.get(inode)}`)
    }
    tree.set(name, facts.join(', '))
    if (kind === 'directory') for (const entry of readdirSync(path).sort()) visit(join(name, entry))
  }
  visit('.')
  return tree
}

/** Extended attributes of all paths as getfattr(1) tells them, links themselves. */
async function readAttributes(root: string): Promise<Map<string, string>> {
  const { stdout } = (
    await runCommand(['getfattr', '-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '.'], {
      cwd: root,
      timeoutMs: 120_000,
    })
  ).ok()
  const found = new Map<string, string>()
  for (const block of stdout.split('\n\n')) {
    const [first = '', ...lines] = block.trim().split('\n')
    if (!first.startsWith('# file: ')) continue
    const name = first
      .slice('# file: '.length)
      .replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    found.set(join('.', name), lines.sort().join(' '))
  }
  return found
}

/** The paths in which two trees differ, with both sides; the modification time of `untimed` does not count. */
export function compareTrees(expected: Tree, actual: Tree, untimed: ReadonlySet<string>): string[] {
  const names = [...new Set([...expected.keys(), ...actual.keys()])].sort()
  const of = (tree: Tree, name: string) => {
    const facts = tree.get(name) ?? 'nothing'
    return untimed.has(name) ? facts.replace(/mtime -?\d+/, '') : facts
  }
  return names
    .filter((name) => of(expected, name) !== of(actual, name))
    .map((name) => `${name}\n  expected ${of(expected, name)}\n  actual   ${of(actual, name)}`)
}
