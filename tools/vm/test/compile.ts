import { globSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { transform, type Options } from '@swc/core'
import { root } from '../../lint/packages.ts'

/** Directory of the copy that {@link compileTests} writes. */
export const compiledFolder = '.compiled'

const sources = ['packages/*/{src,test}/**/*.ts', 'tools/testing/src/**/*.ts']
const modulesOnly = ['node_modules/commander/**/*.js']

/**
 * Compiles sources and tests of a copy of the checkout for a machine that is too slow to: `FILE.cjs` for jest and
 * `FILE.mjs` for Node, below {@link compiledFolder}.
 */
export async function compileTests(copy: string): Promise<void> {
  const compile = async (file: string, type: 'commonjs' | 'es6'): Promise<void> => {
    const text = await readFile(join(root, file), 'utf8')
    const options: Options = {
      filename: file,
      swcrc: false,
      sourceMaps: 'inline',
      module: { type },
      jsc: {
        target: type === 'commonjs' ? 'es2022' : 'esnext',
        parser: { syntax: file.endsWith('.ts') ? 'typescript' : 'ecmascript' },
        // What @swc/jest sets for jest.mock().
        ...(type === 'commonjs' ? { experimental: {}, transform: { hidden: { jest: true } } as object } : {}),
      },
    }
    const { code } = await transform(text, options)
    const path = join(copy, compiledFolder, `${file}${type === 'commonjs' ? '.cjs' : '.mjs'}`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, code)
  }
  const typed = globSync(sources, {
    cwd: root,
    exclude: (name) => name === 'dist' || name === 'node_modules',
  })
  await Promise.all([
    ...typed.flatMap((file) => [compile(file, 'commonjs'), compile(file, 'es6')]),
    ...globSync(modulesOnly, { cwd: root }).map((file) => compile(file, 'commonjs')),
  ])
}
