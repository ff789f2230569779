import { globSync } from 'node:fs'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { transform, type Options } from '@swc/core'
import { root } from '../../../lint/packages.ts'
import { folderOf } from './loader.cjs'

/** Directory of the copy that {@link compileTests} writes. */
export const compiledFolder = '.compiled'

/** Tests: a file each, which jest finds and reads. */
const tests = ['packages/*/{src,test}/**/*.spec.ts', 'node_modules/commander/**/*.js']
/** What they need: a file for each folder, which the loader reads. */
const sources = [
  'packages/*/{src,test}/**/*.ts',
  'tools/testing/src/**/*.ts',
  'tools/ci/*.ts',
  'tools/vm/test/*.ts',
]
/** Programs, which await at the top; none of them runs in the machine. */
const programs = /(\.spec|^packages\/(cli|runtime)\/src\/main|^tools\/(ci|vm)\/.*(test|main|pack-smoke))\.ts$/

async function compile(file: string): Promise<string> {
  const options: Options = {
    filename: file,
    swcrc: false,
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2022',
      parser: { syntax: file.endsWith('.ts') ? 'typescript' : 'ecmascript' },
      // What @swc/jest sets for jest.mock().
      experimental: {},
      transform: { hidden: { jest: true } } as object,
    },
  }
  return (await transform(await readFile(join(root, file), 'utf8'), options)).code
}

/** The path of a source that another one requires; what else is required keeps its name. */
function required(from: string, name: string): string {
  if (name.startsWith('.')) return posix.join(posix.dirname(from), name).replace(/\.js$/, '.ts')
  return name.replace(/^@cofferdam\/(.*)$/, (_, short: string) =>
    short === 'testing' ? 'tools/testing/src/index.ts' : `packages/${short}/src/index.ts`,
  )
}

/** The modules of one folder as `{ FILE: function }`, with the paths of what they require. */
async function bundle(files: readonly string[]): Promise<string> {
  const body = async (file: string): Promise<string> => {
    const code = (await compile(file)).replaceAll(
      /\brequire\("([^"]+)"\)/g,
      (_, name: string) => `require("${required(file, name)}")`,
    )
    return `${JSON.stringify(file)}: function (exports, require, module, __filename, __dirname) {\n${code}\n},\n`
  }
  return `module.exports = {\n${(await Promise.all(files.map(body))).join('')}}\n`
}

/** Compiles sources and tests of a copy of the checkout for a machine that is too slow to, into {@link compiledFolder}. */
export async function compileTests(copy: string): Promise<void> {
  const write = async (file: string, text: string): Promise<void> => {
    const path = join(copy, compiledFolder, `${file}.cjs`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  const find = (patterns: string[]) =>
    globSync(patterns, { cwd: root, exclude: (name) => name === 'dist' || name === 'test-fixtures' })
  const folders = new Map<string, string[]>()
  for (const file of find(sources)) {
    if (programs.test(file) || file.startsWith('packages/examples/')) continue
    const folder = folderOf(file)
    folders.set(folder, [...(folders.get(folder) ?? []), file])
  }
  await Promise.all([
    ...find(tests).map(async (file) => write(file, await compile(file))),
    ...[...folders].map(async ([folder, files]) => write(folder, await bundle(files))),
  ])
  await copyFile(join(import.meta.dirname, 'loader.cjs'), join(copy, compiledFolder, 'loader.cjs'))
}
