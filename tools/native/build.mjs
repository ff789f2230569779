/**
 * Builds the native parts of `sys`: the addon (node-gyp, headers beside the running Node) and the static
 * programs in native/init and native/layer (gcc). Does nothing where the sources are older than the output.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { headers, include, sourcesOf, stale, sys } from './sources.mjs'

const out = join(sys, 'build/Release')
const require = createRequire(import.meta.url)
mkdirSync(out, { recursive: true })

if (stale(join(out, 'sys.node'), join(sys, 'native/addon'), include)) {
  const gyp = require.resolve('node-gyp/bin/node-gyp.js')
  execFileSync(process.execPath, [gyp, 'rebuild', `--nodedir=${headers()}`, '--silent'], {
    cwd: sys,
    stdio: 'inherit',
  })
}

const programs = {
  init: {
    // Small: where it runs from a memfd, each monitor has a copy.
    flags: [
      ...['-Os', '-s', '-fno-asynchronous-unwind-tables', '-Wl,-z,noseparate-code'],
      ...['-static', '-nostartfiles', '-nostdlib', '-fno-stack-protector', '-ffreestanding'],
    ],
    libs: ['-lgcc'],
  },
  layer: { flags: ['-static', '-pthread'], libs: ['-lz', '-lzstd'] },
}
for (const [name, { flags, libs }] of Object.entries(programs)) {
  const dir = join(sys, 'native', name)
  const sources = sourcesOf(dir)
  const target = join(out, name)
  if (sources.length === 0 || !stale(target, dir, include)) continue
  const common = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', `-I${include}`]
  execFileSync('gcc', [...common, ...flags, '-o', target, ...sources, ...libs], { stdio: 'inherit' })
}
