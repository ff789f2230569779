/**
 * Writes the generated files that are committed. `npm run codegen` writes them, `npm run codegen -- --check` prints
 * what differs and exits with 1; names of generators restrict it.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { firstDifference } from './difference.ts'
import { generators } from './list.ts'

const root = resolve(import.meta.dirname, '../..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
})

const unknown = positionals.filter((name) => !generators.some((generator) => generator.name === name))
if (unknown.length > 0) {
  const known = generators.map((generator) => generator.name).join(', ')
  process.stderr.write(`no generator ${unknown.join(', ')}; there are ${known}\n`)
  process.exit(2)
}

let stale = 0
for (const generator of generators) {
  if (positionals.length > 0 && !positionals.includes(generator.name)) continue
  for (const [path, text] of await generator.outputs()) {
    const file = join(root, path)
    const old = await readFile(file, 'utf8').catch(() => undefined)
    if (old === text) continue
    if (values.check) {
      stale++
      process.stdout.write(`${generator.name}: ${path} ${firstDifference(old, text)}\n`)
    } else {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
      process.stdout.write(`${generator.name}: wrote ${path}\n`)
    }
  }
}
if (stale > 0) process.stdout.write('run `npm run codegen` and commit the result\n')
process.exitCode = stale > 0 ? 1 : 0
