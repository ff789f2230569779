import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packages, root, type Package } from '../lint/packages.ts'
import { checkLinks, type Fault } from './links.ts'
import { checkReadme } from './readme.ts'

/** Packages that are published. */
export function published(): Package[] {
  return packages().filter(({ manifest }) => manifest.private !== true)
}

/** Markdown files of the repository, relative to its root, also those that are not committed yet. */
export function markdownFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md']
  const names = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0')
  return names.filter((name) => name !== '' && existsSync(join(root, name)))
}

/** What is wrong with links of Markdown files and with the form of packages' READMEs. */
export function checkDocuments(): Fault[] {
  return [
    ...markdownFiles().flatMap((file) => checkLinks(root, file)),
    ...published().flatMap(({ folder }) => checkReadme(root, folder)),
  ]
}
