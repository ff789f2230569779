/**
 * A transformer of jest that reads what was compiled beforehand below $COFFERDAM_COMPILED: a test as a file of its
 * own, a source as a module that the loader has.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../../..')

export default {
  canInstrument: false,
  getCacheKey: (_text, path) => relative(root, path).replaceAll('/', '-'),
  process(_text, path) {
    const folder = process.env.COFFERDAM_COMPILED
    const file = relative(root, path)
    const own = join(folder, `${file}.cjs`)
    if (existsSync(own)) return { code: readFileSync(own, 'utf8') }
    const loader = JSON.stringify(join(folder, 'loader.cjs'))
    return { code: `module.exports = require(${loader}).load(${JSON.stringify(file)})` }
  },
}
