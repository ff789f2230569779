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

/** Makes `folder` by `fill(directory)`: it appears complete or not at all. */
function once(folder, fill) {
  if (existsSync(folder)) return folder
  mkdirSync(dirname(folder), { recursive: true })
  const fresh = mkdtempSync(`${folder}.`)
  try {
    fill(fresh)
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    throw new Error(
      String(error.stderr ?? '')
        .trim()
        .split('\n')
        .at(-1) || error.message,
    )
  }
  return folder
}

/** Downloads zig where it is not here; runs it with `args`. @throws Error where pip has no access to it */
export function zig(args, { timeout } = {}) {
  const folder = once(join(cache, `zig-${zigVersion}`), (to) =>
    execFileSync(
      python,
      ['-m', 'pip', 'install', '-q', '--no-deps', '--target', to, `ziglang==${zigVersion}`],
      {
        stdio: 'pipe',
        timeout: 240_000,
      },
    ),
  )
  const env = { ...process.env, PYTHONPATH: folder, ZIG_GLOBAL_CACHE_DIR: join(cache, 'zig') }
  execFileSync(python, ['-m', 'ziglang', ...args], { stdio: 'inherit', env, timeout })
}

/**
 * Sources of zlib and zstd: of `$ZLIB_SOURCE` and `$ZSTD_SOURCE`, else of Debian's source packages, fetched with lists
 * and sources of apt's that are only this download's. @throws Error where there is no apt or no access
 */
export function librarySources() {
  const { ZLIB_SOURCE, ZSTD_SOURCE } = process.env
  if (ZLIB_SOURCE !== undefined && ZSTD_SOURCE !== undefined) return { zlib: ZLIB_SOURCE, zstd: ZSTD_SOURCE }
  const folder = once(join(cache, 'sources'), (to) => {
    for (const part of ['lists/partial', 'archives/partial', 'parts'])
      mkdirSync(join(to, part), { recursive: true })
    writeFileSync(
      join(to, 'parts/debian.sources'),
      [
        'Types: deb-src',
        'URIs: http://deb.debian.org/debian',
        'Suites: bookworm',
        'Components: main',
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
        '',
      ].join('\n'),
    )
    const settings = {
      'Dir::Etc::SourceList': '/dev/null',
      'Dir::Etc::SourceParts': join(to, 'parts'),
      'Dir::State::Lists': join(to, 'lists'),
      'Dir::Cache': to,
      'APT::Sandbox::User': 'root',
    }
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
    const run = (program, args) => execFileSync(program, args, { cwd: to, stdio: 'pipe', timeout: 120_000 })
    run('apt-get', [...flags, '-q', 'update'])
    run('apt-get', [...flags, '-q', 'source', '--download-only', 'zlib', 'libzstd'])
    const sources = readdirSync(to).filter((file) => file.endsWith('.dsc'))
    for (const file of sources) run('dpkg-source', ['--no-check', '-x', file])
  })
  const find = (name) =>
    join(
      folder,
      readdirSync(folder).find((entry) => new RegExp(`^${name}-[\\d.]+[^_]*$`).test(entry)),
    )
  return { zlib: find('zlib'), zstd: find('libzstd') }
}
