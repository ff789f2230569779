/** What the checks read of a Markdown file: headings, links and fenced blocks, each with its line. */
export interface Markdown {
  /** Anchors of the headings, as GitHub makes them. */
  readonly anchors: ReadonlySet<string>
  readonly links: readonly Link[]
  readonly blocks: readonly Block[]
}

export interface Link {
  readonly line: number
  readonly text: string
  readonly target: string
}

export interface Block {
  readonly line: number
  readonly language: string
  readonly text: string
}

/** The anchor of a heading: lower case, punctuation dropped, spaces as hyphens; `-1` and so on where it is taken. */
export function anchor(heading: string, taken: ReadonlySet<string>): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
  const base = plain.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
  for (let count = 0; ; count++) {
    const name = count === 0 ? base : `${base}-${count}`
    if (!taken.has(name)) return name
  }
}

// Inline links, pictures among them, and definitions of reference links; a code span may be the text of a link.
const inline = /\[((?:`[^`]*`|[^\]`])*)\]\(<?([^)>\s]+)>?(?:\s+"[^"]*")?\)/g
const definition = /^\[([^\]]+)\]:\s+<?(\S+?)>?$/

function linksOf(text: string, line: number): Link[] {
  const spans: string[] = []
  // A code span hides the brackets in it, and is put back into the text of a link.
  const hidden = text.replace(/(`+)[^`]*\1/g, (span) => `\u0000${spans.push(span) - 1}\u0000`)
  const shown = (part: string) => part.replace(/\0(\d+)\0/g, (_, index: string) => spans[Number(index)]!)
  const found = [...hidden.matchAll(inline)].map(([, label, target]) => ({
    line,
    text: shown(label!),
    target: target!,
  }))
  const defined = definition.exec(hidden)
  return defined === null ? found : [...found, { line, text: shown(defined[1]!), target: defined[2]! }]
}

/** Reads a Markdown file of this repository (as prettier leaves it). */
export function readMarkdown(source: string): Markdown {
  const anchors = new Set<string>()
  const links: Link[] = []
  const blocks: Block[] = []
  const lines = source.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const text = lines[index]!
    const fence = /^\s*(`{3,}|~{3,})(\S*)/.exec(text)
    if (fence !== null) {
      const end = lines.findIndex((later, at) => at > index && later.trim() === fence[1])
      const last = end === -1 ? lines.length : end
      const body = lines.slice(index + 1, last).join('\n')
      blocks.push({ line: index + 1, language: fence[2]!, text: body })
      index = last
      continue
    }
    const heading = /^#{1,6}\s+(.*)$/.exec(text)
    if (heading !== null) anchors.add(anchor(heading[1]!, anchors))
    // A paragraph's link may be broken over two lines.
    const joined = /\[[^\]]*$/.test(text) ? `${text} ${lines[index + 1] ?? ''}` : text
    links.push(...linksOf(joined, index + 1))
  }
  return { anchors, links: unique(links), blocks }
}

/** A line that was read with the one before it names its links twice. */
function unique(links: readonly Link[]): Link[] {
  return links.filter(
    (one, index) =>
      !links
        .slice(Math.max(0, index - 8), index)
        .some(
          ({ line, text, target }) => line === one.line - 1 && text === one.text && target === one.target,
        ),
  )
}
