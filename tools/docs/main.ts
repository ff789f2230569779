/**
 * `npm run docs:api` writes the API reference to dist/api. `npm run docs:check` makes it without writing, and refuses
 * exports without a doc comment, broken {@link}s, links of Markdown files that lead nowhere, diagrams that Mermaid
 * refuses, and READMEs of packages that depart from their form.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../lint/packages.ts'
import { checkDocuments, markdownFiles, published } from './documents.ts'
import type { Fault } from './links.ts'
import { checkDiagrams } from './mermaid.ts'

function typedoc(...args: string[]): boolean {
  const program = join(root, 'node_modules/typedoc/bin/typedoc')
  const options = ['--options', join(import.meta.dirname, 'typedoc.config.mjs'), '--logLevel', 'Warn']
  const entryPoints = published().flatMap(({ path }) => ['--entryPoints', path])
  const { status } = spawnSync(process.execPath, [program, ...options, ...entryPoints, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return status === 0
}

async function faults(): Promise<Fault[]> {
  return [...checkDocuments(), ...(await checkDiagrams(root, markdownFiles()))]
}

if (process.argv.includes('--check')) {
  const found = await faults()
  for (const { file, line, message } of found) process.stderr.write(`${file}:${line}: ${message}\n`)
  const documented = typedoc('--emit', 'none', '--treatWarningsAsErrors')
  process.exitCode = documented && found.length === 0 ? 0 : 1
} else process.exitCode = typedoc() ? 0 : 1
