import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packages, root, siblings, type Package } from '../../lint/packages.ts'
import { run, type Outcome } from './environment.ts'

/** Packages that are published. */
export const published = packages().filter(({ manifest }) => manifest.private !== true)
const byFolder = new Map(published.map((one) => [one.folder, one]))

/** A package and all its dependencies of this repository. */
export function closure(one: Package, seen = new Set<Package>()): Set<Package> {
  seen.add(one)
  for (const name of siblings(one)) {
    const next = byFolder.get(name)!
    if (!seen.has(next)) closure(next, seen)
  }
  return seen
}

/** Puts the tarball of every published package into a directory. */
export async function packAll(npm: string, tarballs: string, path: string): Promise<void> {
  await mkdir(tarballs)
  const flags = ['--workspaces', '--ignore-scripts', '--loglevel=error', `--pack-destination=${tarballs}`]
  const packed = await run(process.execPath, [npm, 'pack', ...flags], root, path)
  if (!packed.ok) throw new Error(`npm pack failed: ${packed.text}`)
}

/** Installs the tarballs of `wanted` and of their dependencies in an empty directory. */
export async function install(
  wanted: readonly Package[],
  folder: string,
  { tarballs, node, npm, path }: { tarballs: string; node: string; npm: string; path: string },
): Promise<Outcome> {
  await mkdir(folder, { recursive: true })
  const files = [...wanted.reduce((seen, one) => closure(one, seen), new Set<Package>())]
  const tarball = ({ manifest }: Package) =>
    join(tarballs, `${manifest.name.slice(1).replace('/', '-')}-${manifest.version}.tgz`)
  // The overrides keep npm from asking a registry for the siblings' versions.
  const dependencies = Object.fromEntries(files.map((each) => [each.manifest.name, `file:${tarball(each)}`]))
  const overrides = Object.fromEntries(files.map(({ manifest }) => [manifest.name, `$${manifest.name}`]))
  const manifest = { private: true, dependencies, overrides }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error']
  return run(node, [npm, 'install', ...flags], folder, path)
}

/** Files that a package's manifest or this machine needs and its installed copy lacks. */
export async function missingContents(one: Package, folder: string, prebuild: string): Promise<string[]> {
  const installed = join(folder, 'node_modules', one.manifest.name)
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    exports: unknown
    bin?: Record<string, string>
  }
  const targets = JSON.stringify([manifest.exports, manifest.bin ?? {}]).matchAll(/"(\.\/[^"]+)"/g)
  const files = [...targets]
    .map((match) => match[1]!)
    .filter((file) => file !== './' && !/^\.\/[^/.]*$/.test(file))
  const native = one.folder === 'sys' ? ['sys.node', 'init', 'layer'] : []
  const prebuilt = native.map((file) => `prebuilds/${prebuild}/${file}`)
  const notices = native.length > 0 ? ['THIRD-PARTY-NOTICES.txt'] : []
  return ['README.md', 'LICENSE', ...notices, ...files, ...prebuilt].filter(
    (file) => !existsSync(join(installed, file)),
  )
}
