import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { readMarkdown, type Link, type Markdown } from './markdown.ts'

/** One fault of a document. */
export interface Fault {
  readonly file: string
  readonly line: number
  readonly message: string
}

const read = new Map<string, Markdown>()
function markdown(path: string): Markdown {
  let known = read.get(path)
  if (known === undefined) read.set(path, (known = readMarkdown(readFileSync(path, 'utf8'))))
  return known
}

const isSource = /\.(?:ts|mjs|c|h|sh)$/
const identifier = /^`([A-Za-z_]\w*)(?:\(\))?`$/

/** What is wrong with a link; undefined where it is right. Other sites are not asked. */
function wrong(root: string, path: string, { text, target }: Link): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(target)) return undefined
  const [file = '', fragment] = target.split('#')
  const aim = file === '' ? path : resolve(dirname(path), file)
  if (!existsSync(aim)) return `${target} does not exist`
  if (relative(root, aim).startsWith('..')) return `${target} is outside the repository`
  if (fragment !== undefined && fragment !== '') {
    if (!aim.endsWith('.md')) return `${target}: only Markdown files have anchors`
    if (!markdown(aim).anchors.has(fragment)) return `${target}: no heading has this anchor`
  }
  const name = identifier.exec(text)?.[1]
  if (
    name !== undefined &&
    isSource.test(aim) &&
    !new RegExp(`\\b${name}\\b`).test(readFileSync(aim, 'utf8'))
  )
    return `${file} does not contain ${name}`
  return undefined
}

// A path of a source file, as diagrams name it: from the root or from packages/.
const sourcePath = /(?<![\w@./-])[\w-]+(?:\/[\w.-]+)+\.(?:ts|mjs|c|h)\b/g

/**
 * Links of a Markdown file that lead nowhere: a missing file, a missing heading, a source file that does not contain
 * the name which the link shows in code type; and source files that a Mermaid diagram names but that do not exist.
 */
export function checkLinks(root: string, file: string): Fault[] {
  const path = join(root, file)
  const { links, blocks } = markdown(path)
  const faults: Fault[] = []
  for (const link of links) {
    const message = wrong(root, path, link)
    if (message !== undefined) faults.push({ file, line: link.line, message })
  }
  for (const { line, language, text } of blocks) {
    if (language !== 'mermaid') continue
    for (const [name] of text.matchAll(sourcePath)) {
      const there = [join(root, name), join(root, 'packages', name)].some(
        (one) => existsSync(one) && statSync(one).isFile(),
      )
      if (!there) faults.push({ file, line, message: `diagram: ${name} does not exist` })
    }
  }
  return faults
}
