import ts from 'typescript'
import { PROBE } from './name.ts'

/** A place in a source file where a process may be made to die. */
export interface AwaitPoint {
  /** `PACKAGE/FILE:LINE:COLUMN:before` or `:after`. */
  readonly id: string
}

/** A source with a probe before and after each of its awaits. */
export interface Instrumented {
  readonly text: string
  readonly points: readonly AwaitPoint[]
}

interface Insertion {
  readonly at: number
  readonly text: string
}

/**
 * Puts probes around every `await`, `await using` and `for await` of a TypeScript source: before its operand is
 * evaluated, and after it has resolved. Lines stay as they were.
 * @param name path by which the points are named
 */
export function instrument(name: string, source: string): Instrumented {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS)
  const insertions: Insertion[] = []
  const points: AwaitPoint[] = []
  const probe = (node: ts.Node, side: 'before' | 'after'): string => {
    const { line, character } = file.getLineAndCharacterOfPosition(node.getStart(file))
    const id = `${name}:${line + 1}:${character + 1}:${side}`
    points.push({ id })
    return `${PROBE}.${side}(${JSON.stringify(id)}`
  }
  const wrap = (node: ts.Node, open: string, close: string): void => {
    insertions.push({ at: node.getStart(file), text: open }, { at: node.getEnd(), text: close })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isAwaitExpression(node)) {
      const before = probe(node, 'before')
      const after = probe(node, 'after')
      insertions.push({ at: node.getStart(file), text: `${after}, ` })
      wrap(node.expression, `(${before}), `, ')')
      insertions.push({ at: node.getEnd(), text: ')' })
    } else if (ts.isVariableDeclarationList(node) && isAwaitUsing(node)) {
      for (const { initializer } of node.declarations)
        if (initializer !== undefined && !ts.isAwaitExpression(initializer))
          wrap(initializer, `${probe(initializer, 'after')}, `, ')')
    } else if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) {
      const statement = `${probe(node, 'after')});`
      if (ts.isBlock(node.statement))
        insertions.push({ at: node.statement.getStart(file) + 1, text: statement })
      else wrap(node.statement, `{${statement}`, '}')
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return { text: apply(source, insertions), points }
}

function isAwaitUsing(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.AwaitUsing
}

/** Texts inserted at the same place stand in the order of their making, closing ones the other way round. */
function apply(source: string, insertions: readonly Insertion[]): string {
  const ordered = insertions
    .map((one, order) => ({ ...one, order }))
    .sort((a, b) => a.at - b.at || rank(a) - rank(b) || (closes(a) ? b.order - a.order : a.order - b.order))
  let text = ''
  let at = 0
  for (const one of ordered) {
    text += source.slice(at, one.at) + one.text
    at = one.at
  }
  return text + source.slice(at)
}

const closes = ({ text }: Insertion) => text === ')' || text === '}'
const rank = (one: Insertion) => (closes(one) ? 0 : 1)
