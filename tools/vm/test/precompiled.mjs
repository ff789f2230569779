/** A transformer of jest that reads what was compiled beforehand below $COFFERDAM_COMPILED. */
import { readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../..')

export default {
  canInstrument: false,
  getCacheKey: (_text, path) => relative(root, path).replaceAll('/', '-'),
  process: (_text, path) => ({
    code: readFileSync(join(process.env.COFFERDAM_COMPILED, `${relative(root, path)}.cjs`), 'utf8'),
  }),
}
