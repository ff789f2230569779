/**
 * Builds the native parts of `sys`: the addon (node-gyp, headers beside the running Node) and the static
 * programs in native/init and native/layer (gcc). Does nothing where the sources are older than the output.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const sys = join(root, 'packages/sys')
const out = join(sys, 'build/Release')
const require = createRequire(import.meta.url)

const newest = (dir) =>
  existsSync(dir)
    ? Math.max(
        0,
        ...readdirSync(dir, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
      )
    : 0
const stale = (file, ...dirs) =>
  !existsSync(file) ||
  statSync(file).mtimeMs < Math.max(...dirs.map(newest), statSync(join(sys, 'binding.gyp')).mtimeMs)

/** Node's own headers: beside the binary, in the npm package of the binary, or the system's. */
function headers() {
  const beside = resolve(dirname(process.execPath), '..')
  const candidates = [beside, '/usr', '/usr/local']
  const found = candidates.find((dir) => existsSync(join(dir, 'include/node/node_api.h')))
  if (found === undefined)
    throw new Error(
      `no Node headers in ${candidates.join(', ')}: install libnode-dev or nodejs from its own packages`,
    )
  return found
}

const include = join(sys, 'native/include')
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
  const sources = existsSync(dir) ? readdirSync(dir).filter((file) => file.endsWith('.c')) : []
  const target = join(out, name)
  if (sources.length === 0 || !stale(target, dir, include)) continue
  execFileSync(
    'gcc',
    [
      '-std=gnu11',
      '-O2',
      '-Wall',
      '-Wextra',
      '-Werror',
      `-I${include}`,
      ...flags,
      '-o',
      target,
      ...sources.map((file) => join(dir, file)),
      ...libs,
    ],
    { stdio: 'inherit' },
  )
}
