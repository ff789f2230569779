import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkLinks } from './links.ts'
import { anchor, readMarkdown } from './markdown.ts'

test('anchors are those of GitHub', () => {
  const none = new Set<string>()
  expect(anchor('How a container starts', none)).toBe('how-a-container-starts')
  expect(anchor('`launch(plan)`, [the plan](x.md) & co.', none)).toBe('launchplan-the-plan--co')
  expect(anchor('Twice', new Set(['twice', 'twice-1']))).toBe('twice-2')
})

test('links are read, also over two lines, and not in code', () => {
  const { links } = readMarkdown(
    [
      'See [one](a.md) and [`two`](b.ts "title"), not `[three](c.md)`,',
      'but [four',
      'words](d.md#x).',
      '```ts',
      'const text = "[five](e.md)"',
      '```',
      '[six]: f.md',
    ].join('\n'),
  )
  expect(links.map(({ line, text, target }) => [line, text, target])).toEqual([
    [1, 'one', 'a.md'],
    [1, '`two`', 'b.ts'],
    [2, 'four words', 'd.md#x'],
    [7, 'six', 'f.md'],
  ])
})

describe('links that lead nowhere', () => {
  const root = mkdtempSync(join(tmpdir(), 'cofferdam-links-'))
  afterAll(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'packages/x/src'), { recursive: true })
  writeFileSync(join(root, 'packages/x/src/launch.ts'), 'export function launch() {}\n')
  writeFileSync(join(root, 'other.md'), '# Other\n\n## A part\n')

  const messages = (text: string) => {
    writeFileSync(join(root, `${text.length}.md`), text)
    return checkLinks(root, `${text.length}.md`).map(({ line, message }) => `${line}: ${message}`)
  }

  test('are told apart from those that do not', () => {
    expect(
      messages('[a](other.md#a-part) [b](#c) [`launch`](packages/x/src/launch.ts) <https://x.org>\n\n# C\n'),
    ).toEqual([])
  })

  test.each([
    ['[a](gone.md)', '1: gone.md does not exist'],
    ['[a](other.md#part)', '1: other.md#part: no heading has this anchor'],
    ['[a](../x)', '1: ../x does not exist'],
    ['[`spawn`](packages/x/src/launch.ts)', '1: packages/x/src/launch.ts does not contain spawn'],
    [
      '```mermaid\nA["x/src/gone.ts"] --> B["x/src/launch.ts"]\n```',
      '1: diagram: x/src/gone.ts does not exist',
    ],
  ])('%s', (text, message) => {
    expect(messages(text)).toEqual([message])
  })
})
