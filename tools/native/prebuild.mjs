/**
 * Fills the folder that the tarball of `sys` carries, `packages/sys/prebuilds/<platform>-<arch>[-musl]`, and prints the
 * name of this machine's part: the cross builds of these sources that are kept, and where this machine's is not
 * among them, its native build. Run it before `npm pack`; the folder is not committed.
 */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { built, targets } from './targets.ts'

const sys = resolve(dirname(fileURLToPath(import.meta.url)), '../../packages/sys')
const prebuilds = join(sys, 'prebuilds')
process.report.excludeNetwork = true
const musl = process.report.getReport().header.glibcVersionRuntime === undefined
const own = `${process.platform}-${process.arch}${musl ? '-musl' : ''}`

// A release packs what another job built.
if (process.env.COFFERDAM_PREBUILDS !== 'given') {
  rmSync(prebuilds, { recursive: true, force: true })
  for (const name of new Set([...Object.keys(targets), own])) {
    const from = existsSync(built(name)) ? built(name) : name === own ? join(sys, 'build/Release') : undefined
    if (from === undefined) continue
    mkdirSync(join(prebuilds, name), { recursive: true })
    for (const file of ['sys.node', 'init', 'layer'])
      cpSync(join(from, file), join(prebuilds, name, file), { preserveTimestamps: true })
  }
}
process.stdout.write(`${own}\n`)
