import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const native = resolve(import.meta.dirname, '../../packages/sys/native')
const build = join(import.meta.dirname, 'build')

/** What is linked with a target's own file: C files of a program, and libraries. */
interface Target {
  readonly program: 'init' | 'layer'
  /** Of the program; the target's own file includes what it tests. */
  readonly sources: readonly string[]
  readonly libraries?: readonly string[]
  /** Longest input, in bytes. */
  readonly longest: number
}

const allOf = (program: string, ...but: readonly string[]) =>
  readdirSync(join(native, program)).filter((name) => name.endsWith('.c') && !but.includes(name))

/** Each is `targets/fuzz_NAME.c`, which says what it checks. */
export const targets: Readonly<Record<string, Target>> = {
  plan: { program: 'init', sources: [], longest: 3072 },
  requests: { program: 'init', sources: allOf('init', 'clone.c'), longest: 2048 },
  log: { program: 'init', sources: [], longest: 400 },
  source: { program: 'layer', sources: [], longest: 512 },
  tar: { program: 'layer', sources: ['sha256.c', 'tree.c', 'whiteout.c', 'dirs.c'], longest: 12800 },
  inflate: { program: 'layer', sources: ['sha256.c'], libraries: ['-lz', '-lzstd'], longest: 8192 },
}

const flags = [
  ...['-std=gnu11', '-g', '-O1', '-Wall', '-Wextra', '-Werror', '-Wno-gnu-variable-sized-type-not-at-end'],
  ...['-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'],
]

/** A clang that has libFuzzer; undefined where there is none. */
export function findClang(): string | undefined {
  mkdirSync(build, { recursive: true })
  const probe = join(build, `probe-${process.pid}`)
  writeFileSync(`${probe}.c`, 'int LLVMFuzzerTestOneInput(const char *a, long b) { return a == 0 && b; }\n')
  try {
    return ['clang-14', 'clang'].find(
      (clang) => spawnSync(clang, ['-fsanitize=fuzzer,address', '-o', probe, `${probe}.c`]).status === 0,
    )
  } finally {
    rmSync(probe, { force: true })
    rmSync(`${probe}.c`)
  }
}

function isFresh(output: string, directories: readonly string[]): boolean {
  if (!existsSync(output)) return false
  const made = statSync(output).mtimeMs
  const sources = directories.flatMap((path) => readdirSync(path).map((name) => join(path, name)))
  return [...sources, import.meta.filename].every((file) => statSync(file).mtimeMs < made)
}

/** Compiles a target unless its sources are older; the path of its program. */
export function buildTarget(clang: string, name: string): string {
  const { program, sources, libraries = [] } = targets[name]!
  const output = join(build, name)
  const own = join(import.meta.dirname, 'targets')
  if (isFresh(output, [own, join(native, 'include'), join(native, program)])) return output
  // `init` is hosted, and its main() gives way to libFuzzer's.
  const hosted =
    program === 'init' ? ['-DINIT_HOSTED', '-Dmain=init_hosted'] : ['-D_GNU_SOURCE', '-Wno-macro-redefined']
  const include = [`-I${join(native, 'include')}`, `-I${join(native, program)}`]
  const files = [join(own, `fuzz_${name}.c`), ...sources.map((file) => join(native, program, file))]
  execFileSync(clang, [...flags, ...hosted, ...include, '-o', output, ...files, ...libraries], {
    stdio: 'inherit',
  })
  return output
}
