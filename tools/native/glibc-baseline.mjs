/** Fails when a prebuilt addon needs a newer glibc than the version given: `glibc-baseline.mjs 2.28`. */
import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = resolve(dirname(fileURLToPath(import.meta.url)), '../../packages/sys/prebuilds')
const limit = process.argv[2] ?? '2.28'
const number = (version) => version.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0)
const files = globSync('linux-{x64,arm64}/sys.node', { cwd: folder })
if (files.length === 0) throw new Error(`no prebuilt addon in ${folder}`)
for (const file of files) {
  const symbols = execFileSync('readelf', ['--version-info', '--wide', join(folder, file)], {
    encoding: 'utf8',
  })
  const versions = [...symbols.matchAll(/GLIBC_(\d+\.\d+)/g)].map((match) => match[1])
  const newest = versions.sort((a, b) => number(a) - number(b)).at(-1) ?? 'none'
  process.stdout.write(`${file}: needs glibc ${newest}\n`)
  if (newest !== 'none' && number(newest) > number(limit)) process.exitCode = 1
}
