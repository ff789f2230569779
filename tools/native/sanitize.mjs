/**
 * Builds the native parts of `sys` for AddressSanitizer and UndefinedBehaviorSanitizer into `build/sanitize`, which
 * COFFERDAM_NATIVE_BUILD=sanitize makes the loader take: the addon, `init` with a C library around it, and `layer`; both
 * programs dynamic, because sanitizers need that. What they find is written to files in `build/sanitize/reports`, which
 * is emptied here. Prints the library to preload into Node.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { headers, include, sourcesOf, stale, sys } from './sources.mjs'

const out = join(sys, 'build/sanitize')
const reports = join(out, 'reports')
const reporting = join(import.meta.dirname, 'sanitize-reports.c')
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })
chmodSync(reports, 0o1777)
for (const program of ['init', 'layer']) {
  writeFileSync(join(reports, program), '')
  chmodSync(join(reports, program), 0o666)
}

const common = [
  ...['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', `-I${include}`, '-fno-omit-frame-pointer'],
  ...['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-pthread'],
]
const parts = {
  'sys.node': {
    dir: 'addon',
    flags: ['-shared', '-fPIC', '-fvisibility=hidden', `-I${join(headers(), 'include/node')}`],
  },
  init: { dir: 'init', flags: [reporting, '-DINIT_HOSTED', `-DREPORTS="${join(reports, 'init')}"`] },
  layer: { dir: 'layer', flags: [reporting, `-DREPORTS="${join(reports, 'layer')}"`, '-lz', '-lzstd'] },
}
for (const [name, { dir, flags }] of Object.entries(parts)) {
  const folder = join(sys, 'native', dir)
  if (!stale(join(out, name), folder, include, reporting, import.meta.filename)) continue
  const sources = sourcesOf(folder)
  execFileSync('gcc', [...common, '-o', join(out, name), ...sources, ...flags], { stdio: 'inherit' })
}
process.stdout.write(execFileSync('gcc', ['-print-file-name=libasan.so']))
