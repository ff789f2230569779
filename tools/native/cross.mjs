/**
 * Cross-compiles the native files of `sys` with zig into `packages/sys/prebuilds`: the addon for glibc 2.28 and musl,
 * the static programs for musl (they serve both), each for x64 and arm64. What was built is kept by the digest of all
 * that went in. `cross.mjs [--minutes N] [TARGET...]`: after N minutes what is left is skipped, for a later run to
 * go on with, and only a fault of the sources is one of the run.
 */
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { built, targets } from './targets.ts'
import { neededGlibc } from './glibc-baseline.mjs'
import { Unavailable, librarySources, zig } from './zig.ts'

const sys = resolve(dirname(fileURLToPath(import.meta.url)), '../../packages/sys')
const headers = process.env.NODE_HEADERS ?? resolve(dirname(process.execPath), '../include/node')
const include = `-I${join(sys, 'native/include')}`
const common = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-s', include]
// Where it runs from a memfd, each monitor has a copy.
const small = ['-Os', '-fno-asynchronous-unwind-tables', '-fno-stack-protector', '-ffreestanding']

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string' } },
  allowPositionals: true,
})
const end = performance.now() + Number(values.minutes ?? 'Infinity') * 60_000

/** zig cc without the sanitizer that it turns on by itself. */
function compile(target, ...args) {
  const left = end - performance.now()
  if (left <= 0) throw new Unavailable('no time left')
  const flags = ['-target', target, '-fno-sanitize=undefined', '-Wno-unused-command-line-argument']
  try {
    zig(['cc', ...flags, ...args], left === Infinity ? {} : { timeout: Math.ceil(left) })
  } catch (error) {
    throw error.code === 'ETIMEDOUT' ? new Unavailable('no time left') : error
  }
}

const sources = (folder) =>
  globSync('*.c', { cwd: join(sys, 'native', folder) }).map((name) => join(sys, 'native', folder, name))

function addon(target, out) {
  const flags = ['-shared', '-fPIC', '-fvisibility=hidden', '-Wl,-z,undefs', `-I${headers}`]
  compile(target, ...common, ...flags, '-o', join(out, 'sys.node'), ...sources('addon'))
}

/** Compiled and linked apart, because zig gives no libc headers where it links no libc. */
function init(target, out, work) {
  const objects = sources('init').map((file, index) => {
    const object = join(work, `${index}.o`)
    compile(target, ...common, ...small, '-c', '-o', object, file)
    return object
  })
  compile(target, '-s', '-static', '-nostartfiles', '-nostdlib', '-o', join(out, 'init'), ...objects)
}

/** zlib and zstd as one object, compiled with the warnings of their own build. */
function libraries(target, { zlib, zstd }, work) {
  const lib = join(zstd, 'lib')
  const files = [
    ...globSync('*.c', { cwd: zlib })
      .filter((name) => !/^gz/.test(name))
      .map((name) => join(zlib, name)),
    ...globSync('{common,compress,decompress}/*.c', { cwd: lib }).map((name) => join(lib, name)),
  ]
  const object = join(work, 'libraries.o')
  const flags = ['-O3', '-w', '-DZSTD_DISABLE_ASM', '-DHAVE_UNISTD_H', `-I${zlib}`, `-I${lib}`]
  compile(target, ...flags, '-r', '-o', object, ...files)
  return object
}

function layer(target, out, work) {
  const from = librarySources()
  const flags = ['-static', '-pthread', `-I${from.zlib}`, `-I${join(from.zstd, 'lib')}`]
  const object = libraries(target, from, work)
  compile(target, ...common, ...flags, '-o', join(out, 'layer'), ...sources('layer'), object)
}

function build(name) {
  const target = targets[name]
  const folder = built(name)
  if (existsSync(folder)) return folder
  const work = mkdtempSync(join(tmpdir(), 'cofferdam-cross-'))
  const out = `${folder}.${process.pid}`
  mkdirSync(out, { recursive: true })
  try {
    addon(target, out)
    const musl = name.endsWith('-musl') ? undefined : built(`${name}-musl`)
    if (musl === undefined) {
      init(target, out, work)
      layer(target, out, work)
    } else {
      if (!existsSync(musl)) throw new Unavailable(`no ${name}-musl, which it shares static programs with`)
      for (const file of ['init', 'layer']) cpSync(join(musl, file), join(out, file))
    }
    renameSync(out, folder)
    return folder
  } finally {
    rmSync(out, { recursive: true, force: true })
    rmSync(work, { recursive: true, force: true })
  }
}

for (const name of Object.keys(targets)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const started = performance.now()
  try {
    const folder = build(name)
    cpSync(folder, join(sys, 'prebuilds', name), { recursive: true })
    const glibc = name.endsWith('-musl') ? undefined : neededGlibc(join(folder, 'sys.node'))
    const time = `${Math.round((performance.now() - started) / 1000)} s`
    process.stdout.write(`${name}: ${time}${glibc === undefined ? '' : `, needs glibc ${glibc}`}\n`)
  } catch (error) {
    process.stdout.write(`${name}: not built: ${error.message}\n`)
    if (values.minutes === undefined || !(error instanceof Unavailable)) process.exitCode = 1
  }
}
