/** Lets Node run the packages' TypeScript sources: `./x.js` means `./x.ts` where only that exists. */
import { existsSync, readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'

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
    const text = readFileSync(fileURLToPath(url), 'utf8')
    return {
      format: 'module',
      shortCircuit: true,
      source: stripTypeScriptTypes(text, { mode: 'transform', sourceUrl: url }),
    }
  },
})
