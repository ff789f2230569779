import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The fields of a package.json that the checks look at. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly type?: string
  readonly license?: string
  readonly description?: string
  readonly sideEffects?: boolean
  readonly engines?: { readonly node?: string }
  readonly repository?: { readonly directory?: string }
  readonly files?: readonly string[]
  readonly exports?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly nx?: { readonly tags?: readonly string[] }
}

/** One package of the workspace. */
export interface Package {
  readonly folder: string
  readonly path: string
  readonly manifest: Manifest
}

/** Lowest first; a package imports from its own or lower ones. */
export const layers = ['base', 'kernel', 'content', 'runtime', 'engine', 'app'] as const

/** The repository's root. */
export const root = resolve(import.meta.dirname ?? __dirname, '../..')

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/** Every package below packages/. */
export function packages(): Package[] {
  const parent = join(root, 'packages')
  return readdirSync(parent)
    .filter((folder) => existsSync(join(parent, folder, 'package.json')))
    .sort()
    .map((folder) => {
      const path = join(parent, folder)
      return { folder, path, manifest: json(join(path, 'package.json')) as Manifest }
    })
}

/** Names of the workspace packages that a package depends on, without the scope. */
export function siblings({ manifest }: Package): string[] {
  return Object.keys(manifest.dependencies ?? {})
    .filter((name) => name.startsWith('@cofferdam/'))
    .map((name) => name.slice('@cofferdam/'.length))
    .sort()
}

/** Folders that a package's tsconfig.json refers to. */
export function references({ path }: Package): string[] {
  const { references = [] } = json(join(path, 'tsconfig.json')) as { references?: { path: string }[] }
  return references.map((reference) => reference.path.replace(/^\.\.\//, '')).sort()
}

/** The level of a package's layer tag; -1 where it has none. */
export function level({ manifest }: Package): number {
  const tag = manifest.nx?.tags?.find((name) => name.startsWith('layer:'))
  return layers.indexOf((tag ?? '').slice('layer:'.length) as (typeof layers)[number])
}

/** Packages imported by the sources of a package, without its tests: names as in package.json. */
export function imported({ path }: Package): Set<string> {
  const files = globSync('src/**/*.ts', { cwd: path }).filter((file) => !file.endsWith('.spec.ts'))
  const names = files.flatMap((file) => {
    const text = readFileSync(join(path, file), 'utf8')
    return [...text.matchAll(/\b(?:from|import\()\s*'([^'.\n][^'\n]*)'/g)].map((match) => match[1]!)
  })
  return new Set(
    names
      .filter((name) => !name.startsWith('node:'))
      .map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
  )
}

/** Lines of code of a package: without tests, blank lines and comments. */
export function codeLines({ path }: Package): number {
  const files = globSync('src/**/*.ts', { cwd: path }).filter((file) => !file.endsWith('.spec.ts'))
  const lines = files.flatMap((file) =>
    readFileSync(join(path, file), 'utf8')
      .replace(/\/\*.*?\*\//gs, '')
      .split('\n')
      .filter((line) => !/^\s*(\/\/.*)?$/.test(line)),
  )
  return lines.length
}
