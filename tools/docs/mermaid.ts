import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from './links.ts'
import { readMarkdown } from './markdown.ts'

interface Parser {
  parse(text: string): Promise<unknown>
}

// Names that TypeScript does not follow: mermaid's types want those of a browser.
const names = { sanitizer: 'dompurify', mermaid: 'mermaid' }

/**
 * Mermaid's own parser. Some of its grammars pass labels through DOMPurify, which without a browser has neither hooks nor
 * a sanitizer; nothing is rendered here, so labels may pass as they are.
 */
async function parser(): Promise<Parser> {
  const sanitizer = ((await import(names.sanitizer)) as { default: object }).default
  Object.assign(sanitizer, { addHook: () => undefined, sanitize: (label: string) => label })
  return ((await import(names.mermaid)) as { default: Parser }).default
}

/** Mermaid blocks of the files that mermaid refuses. */
export async function checkDiagrams(root: string, files: readonly string[]): Promise<Fault[]> {
  const faults: Fault[] = []
  let mermaid: Parser | undefined
  for (const file of files) {
    const { blocks } = readMarkdown(readFileSync(join(root, file), 'utf8'))
    for (const { line, language, text } of blocks) {
      if (language !== 'mermaid') continue
      mermaid ??= await parser()
      try {
        await mermaid.parse(text)
      } catch (error) {
        faults.push({ file, line, message: `diagram: ${(error as Error).message}` })
      }
    }
  }
  return faults
}
