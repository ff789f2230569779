/**
 * Puts this machine's native build into the folder that the tarball of `sys` carries:
 * `packages/sys/prebuilds/<platform>-<arch>[-musl]/{sys.node,init,layer}`. Run it before `npm pack` (the pack smoke
 * test and the release workflow do); the folder is not committed. With a name (`linux-arm64-musl`) it takes the
 * files from `packages/sys/build/<name>`, where the cross build leaves them.
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const sys = resolve(dirname(fileURLToPath(import.meta.url)), '../../packages/sys')
const musl = process.report.getReport().header.glibcVersionRuntime === undefined
const own = `${process.platform}-${process.arch}${musl ? '-musl' : ''}`
const name = process.argv[2]
const from = name === undefined ? join(sys, 'build/Release') : join(sys, 'build', name)
const to = join(sys, 'prebuilds', name ?? own)

mkdirSync(to, { recursive: true })
for (const file of ['sys.node', 'init', 'layer'].filter((file) => existsSync(join(from, file))))
  cpSync(join(from, file), join(to, file))
process.stdout.write(`${name ?? own}\n`)
