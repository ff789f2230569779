import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from './links.ts'
import { readMarkdown } from './markdown.ts'

/** Lines of code that an example may have. */
const longest = 15

/** How a package's README departs from the form: one sentence, a short example, what it does not do, what it needs. */
export function checkReadme(root: string, folder: string): Fault[] {
  const file = `packages/${folder}/README.md`
  const source = readFileSync(join(root, file), 'utf8')
  const faults: Fault[] = []
  const fault = (message: string, line = 1) => faults.push({ file, line, message })
  const [title, sentence = ''] = source.split('\n\n')
  if (title !== `# @cofferdam/${folder}`) fault(`the title is not the package's name`)
  if (!/^[A-Z][^#`]/.test(sentence) || !/\.$/.test(sentence) || /[.!?]\s+[A-Z]/.test(sentence))
    fault('the title is not followed by one sentence', 3)
  const { anchors, blocks } = readMarkdown(source)
  const example = blocks.find(({ language }) => language === 'ts')
  const lines = example?.text.split('\n').filter((line) => line.trim() !== '').length ?? 0
  if (example === undefined) fault('has no example (a ts block)')
  else if (lines > longest)
    fault(`the example has ${lines} lines of code, more than ${longest}`, example.line)
  for (const heading of ['What it does not do', 'What it needs'])
    if (!anchors.has(heading.toLowerCase().replaceAll(' ', '-'))) fault(`has no section "${heading}"`)
  return faults
}
