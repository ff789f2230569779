import { readFile } from 'node:fs/promises'
import ts from 'typescript'

/** The first `ts` block of a README; undefined where it has none. */
export async function readmeExample(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8')
  return /^```ts\n([\s\S]*?)^```$/m.exec(text)?.[1]
}

// The oldest supported Node has no `await using`.
const target = ts.ScriptTarget.ES2022

/** TypeScript as a module in JavaScript. */
export function asModule(code: string): string {
  const compilerOptions = { target, module: ts.ModuleKind.ESNext }
  return ts.transpileModule(code, { compilerOptions }).outputText
}

/** The same as CommonJS: imports become calls of `require`, the rest the body of an asynchronous function. */
export function asCommonJs(code: string): string {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true)
  const text = (wanted: boolean) =>
    source.statements
      .filter((statement) => ts.isImportDeclaration(statement) === wanted)
      .map((statement) => statement.getFullText())
      .join('\n')
  const whole = `${text(true)}\nasync function main() {${text(false)}\n}\nvoid main()`
  const compilerOptions = { target, module: ts.ModuleKind.CommonJS }
  return ts.transpileModule(whole, { compilerOptions }).outputText
}
