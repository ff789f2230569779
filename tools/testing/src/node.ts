import { stripTypeScriptTypes } from 'node:module'

/** Flags for a Node that runs the sources of packages: a module by `--eval`, which imports them by name. */
export const sourceFlags: readonly string[] = [
  '--input-type=module',
  '--disable-warning=ExperimentalWarning',
  '--conditions=@cofferdam/source',
  `--import=${new URL('./source-hooks.mjs', import.meta.url).href}`,
]

/** JavaScript of a TypeScript module, made here once rather than by each child. */
export function javaScript(code: string): string {
  return stripTypeScriptTypes(code, { mode: 'transform' })
}
