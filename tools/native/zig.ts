import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The release of PyPI's `ziglang`. */
export const zigVersion = '0.17.0'
/** What the cross build keeps between runs; `npm ci` removes it. */
export const cache = resolve(
  dirname(fileURLToPath(import.meta.url)),
  '../../node_modules/.cache/cofferdam-cross',
)
const python = process.env.PYTHON ?? 'python3'

/** What is not this repository's fault: no access, no program, no time. */
export class Unavailable extends Error {}

/** A directory of the cache, made by `fill(directory)`: it appears complete or not at all. @throws Unavailable */
export function once(name: string, fill: (folder: string) => void): string {
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(`${folder}.`)
  try {
    fill(fresh)
    renameSync(fresh, folder)
    return folder
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    const { stderr, message } = error as { stderr?: Buffer; message: string }
    const last = String(stderr ?? '')
      .trim()
      .split('\n')
      .at(-1)
    throw new Unavailable(last || message)
  }
}

/** Flags of apt-get for lists, sources and files of its own below `folder`: the machine's are neither read nor changed. */
export function debianSettings(
  folder: string,
  { type, suite }: { type: 'deb' | 'deb-src'; suite: string },
): string[] {
  for (const part of ['lists/partial', 'archives/partial', 'parts'])
    mkdirSync(join(folder, part), { recursive: true })
  const source = [
    `Types: ${type}`,
    'URIs: http://deb.debian.org/debian',
    `Suites: ${suite}`,
    'Components: main',
    'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
  ]
  writeFileSync(join(folder, 'parts/debian.sources'), `${source.join('\n')}\n`)
  const settings = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': join(folder, 'parts'),
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::Cache': folder,
    'APT::Sandbox::User': 'root',
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

/** Downloads zig where it is not here; runs it with `args`. @throws Unavailable where pip has no access to it */
export function zig(args: readonly string[], { timeout }: { timeout?: number } = {}): void {
  const folder = once(`zig-${zigVersion}`, (to) => {
    const flags = ['-m', 'pip', 'install', '-q', '--no-deps', '--target', to, `ziglang==${zigVersion}`]
    execFileSync(python, flags, { stdio: 'pipe', timeout: 240_000 })
  })
  const env = { ...process.env, PYTHONPATH: folder, ZIG_GLOBAL_CACHE_DIR: join(cache, 'zig') }
  execFileSync(python, ['-m', 'ziglang', ...args], { stdio: 'inherit', env, timeout })
}

/**
 * Sources of zlib and zstd: of `$ZLIB_SOURCE` and `$ZSTD_SOURCE`, else of Debian's source packages, fetched with lists
 * and sources of apt's that are only this download's. @throws Unavailable where there is no apt or no access
 */
export function librarySources(): { zlib: string; zstd: string } {
  const { ZLIB_SOURCE, ZSTD_SOURCE } = process.env
  if (ZLIB_SOURCE !== undefined && ZSTD_SOURCE !== undefined) return { zlib: ZLIB_SOURCE, zstd: ZSTD_SOURCE }
  const folder = once('sources', (to) => {
    const run = (program: string, args: readonly string[]) =>
      execFileSync(program, args, { cwd: to, stdio: 'pipe', timeout: 120_000 })
    const flags = debianSettings(to, { type: 'deb-src', suite: 'bookworm' })
    run('apt-get', [...flags, '-q', 'update'])
    run('apt-get', [...flags, '-q', 'source', '--download-only', 'zlib', 'libzstd'])
    const sources = readdirSync(to).filter((file) => file.endsWith('.dsc'))
    for (const file of sources) run('dpkg-source', ['--no-check', '-x', file])
  })
  const find = (name: string) => {
    const unpacked = readdirSync(folder).find((entry) => new RegExp(`^${name}-[\\d.]+[^_]*$`).test(entry))
    if (unpacked === undefined) throw new Unavailable(`no ${name} in ${folder}`)
    return join(folder, unpacked)
  }
  return { zlib: find('zlib'), zstd: find('libzstd') }
}
