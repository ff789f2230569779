/**
 * Lets Node run the packages' TypeScript sources: `./x.js` means `./x.ts` where only that exists. With
 * COFFERDAM_COMPILED, a directory of modules compiled beforehand, `FILE.ts` is what the loader there makes of it.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire, registerHooks, stripTypeScriptTypes } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const compiled = process.env.COFFERDAM_COMPILED
const require = createRequire(import.meta.url)
const loaded = (globalThis[Symbol.for('cofferdam.compiled')] = new Map())

/** A module that exports what the loader of {@link compiled} gives for a file. */
function facade(url, path) {
  const exports = require(join(compiled, 'loader.cjs')).load(relative(root, path))
  loaded.set(url, exports)
  const names = Object.keys(exports).filter((name) => name !== 'default')
  return `const $compiled = globalThis[Symbol.for('cofferdam.compiled')].get(${JSON.stringify(url)})
    export const { ${names.join(', ')} } = $compiled
    export default $compiled.default`
}

registerHooks({
  resolve(specifier, context, next) {
    if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.startsWith('file:')) {
      const url = new URL(specifier, context.parentURL)
      const source = new URL(url.href.replace(/\.js$/, '.ts'))
      if (!existsSync(fileURLToPath(url)) && existsSync(fileURLToPath(source)))
        return next(source.href, context)
    }
    return next(specifier, context)
  },
  // Node itself only strips types; parameter properties and enums need the transform.
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context)
    const path = fileURLToPath(url)
    if (compiled !== undefined) return { format: 'module', shortCircuit: true, source: facade(url, path) }
    const text = readFileSync(path, 'utf8')
    return {
      format: 'module',
      shortCircuit: true,
      source: stripTypeScriptTypes(text, { mode: 'transform', sourceUrl: url }),
    }
  },
})
