/**
 * Cross-compiles the native files of `sys` with zig (`pip install ziglang`) into `packages/sys/prebuilds`: the addon
 * for glibc 2.28 and musl, the static programs for musl (they serve both), each for x64 and arm64. `layer` needs zlib
 * and zstd, compiled from the sources in $ZLIB_SOURCE and $ZSTD_SOURCE (`apt-get source zlib libzstd`); without
 * them it is left out. Arguments restrict the targets.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const sys = resolve(dirname(fileURLToPath(import.meta.url)), '../../packages/sys')
const python = process.env.PYTHON ?? 'python3'
const headers = process.env.NODE_HEADERS ?? resolve(dirname(process.execPath), '../include/node')
const targets = {
  'linux-x64': 'x86_64-linux-gnu.2.28',
  'linux-x64-musl': 'x86_64-linux-musl',
  'linux-arm64': 'aarch64-linux-gnu.2.28',
  'linux-arm64-musl': 'aarch64-linux-musl',
}
const common = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-s', `-I${join(sys, 'native/include')}`]

/** zig cc without the sanitizer that it turns on by itself. */
function compile(target, ...args) {
  const flags = [
    '-m',
    'ziglang',
    'cc',
    '-target',
    target,
    '-fno-sanitize=undefined',
    '-Wno-unused-command-line-argument',
  ]
  execFileSync(python, [...flags, ...args], { stdio: 'inherit' })
}

const sources = (folder) =>
  globSync('*.c', { cwd: join(sys, 'native', folder) }).map((name) => join(sys, 'native', folder, name))

function addon(target, out) {
  const flags = ['-shared', '-fPIC', '-fvisibility=hidden', '-Wl,-z,undefs', `-I${headers}`]
  compile(target, ...common, ...flags, '-o', join(out, 'sys.node'), ...sources('addon'))
}

/** Runs `body` with a directory that is removed after it. */
function temporary(body) {
  const work = mkdtempSync(join(tmpdir(), 'cofferdam-cross-'))
  try {
    body(work)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

// Where it runs from a memfd, each monitor has a copy.
const small = ['-Os', '-fno-asynchronous-unwind-tables']

/** Compiled and linked apart, because zig gives no libc headers where it links no libc. */
function init(target, out) {
  temporary((work) => {
    const objects = sources('init').map((file, index) => {
      const object = join(work, `${index}.o`)
      compile(target, ...common, ...small, '-fno-stack-protector', '-ffreestanding', '-c', '-o', object, file)
      return object
    })
    compile(target, '-s', '-static', '-nostartfiles', '-nostdlib', '-o', join(out, 'init'), ...objects)
  })
}

/** Static zlib and zstd of a target as objects, compiled with the warnings of their own build. */
function libraries(target, work) {
  const { ZLIB_SOURCE: zlib, ZSTD_SOURCE: zstd } = process.env
  if (zlib === undefined || zstd === undefined) return undefined
  const lib = join(zstd, 'lib')
  const files = [
    ...globSync('*.c', { cwd: zlib })
      .filter((name) => !/^gz/.test(name))
      .map((name) => join(zlib, name)),
    ...globSync('{common,compress,decompress}/*.c', { cwd: lib }).map((name) => join(lib, name)),
  ]
  const flags = ['-O3', '-w', '-DZSTD_DISABLE_ASM', '-DHAVE_UNISTD_H', `-I${zlib}`, `-I${lib}`]
  return files.map((file, index) => {
    const object = join(work, `${index}.o`)
    compile(target, ...flags, '-c', '-o', object, file)
    return object
  })
}

function layer(target, out) {
  const { ZLIB_SOURCE: zlib, ZSTD_SOURCE: zstd } = process.env
  temporary((work) => {
    const objects = libraries(target, work)
    if (objects === undefined)
      return process.stderr.write('no ZLIB_SOURCE and ZSTD_SOURCE: layer is left out\n')
    const flags = ['-static', '-pthread', `-I${zlib}`, `-I${join(zstd, 'lib')}`]
    compile(target, ...common, ...flags, '-o', join(out, 'layer'), ...sources('layer'), ...objects)
  })
}

const chosen = process.argv.slice(2)
for (const [name, target] of Object.entries(targets)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const out = join(sys, 'prebuilds', name)
  mkdirSync(out, { recursive: true })
  process.stderr.write(`${name}: ${target}\n`)
  addon(target, out)
  if (!name.endsWith('-musl')) continue
  if (sources('init').length > 0) init(target, out)
  if (sources('layer').length > 0) layer(target, out)
  const glibc = join(sys, 'prebuilds', name.replace('-musl', ''))
  mkdirSync(glibc, { recursive: true })
  for (const file of ['init', 'layer'])
    if (existsSync(join(out, file))) copyFileSync(join(out, file), join(glibc, file))
}
