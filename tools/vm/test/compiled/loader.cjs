/* eslint-disable @typescript-eslint/no-require-imports -- jest, and Node without a loader, take a CommonJS module */
/**
 * Loads modules that were compiled beforehand: `FOLDER.cjs` beside this file holds the modules of one package as
 * functions, `load(FILE)` evaluates one with what it requires. Far fewer instructions than a file for each.
 */
const { dirname, resolve } = require('node:path')

const root = resolve(__dirname, '..')
const tables = new Map()
const modules = new Map()

/** The folder whose modules are in one file with this one. */
const folderOf = (file) => /^(packages\/[^/]+(?:\/test)?|tools\/[^/]+)\//.exec(file)[1]

/** Exports of a module by its path below the checkout, like `packages/core/src/index.ts`. */
function load(file) {
  const known = modules.get(file)
  if (known !== undefined) return known.exports
  const folder = folderOf(file)
  if (!tables.has(folder)) tables.set(folder, require(`./${folder}.cjs`))
  const body = tables.get(folder)[file]
  if (body === undefined) throw new Error(`${file} was not compiled`)
  const module = { exports: {} }
  modules.set(file, module)
  const path = `${root}/${file}`
  body(module.exports, requireAny, module, path, dirname(path))
  return module.exports
}

const requireAny = (name) => (/^(packages|tools)\//.test(name) ? load(name) : require(name))

module.exports = { folderOf, load }
