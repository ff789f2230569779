/** Imports every package: that must work on any platform, whatever the first use then says. */
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const packages = new URL('../../packages/', import.meta.url)
for (const folder of readdirSync(packages)) {
  const entry = new URL(`${folder}/dist/index.js`, packages)
  if (!existsSync(fileURLToPath(entry))) continue
  const { length } = Object.keys(await import(entry.href))
  process.stdout.write(`${folder}: ${length} exports\n`)
}
