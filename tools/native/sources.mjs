/** What the native builds share: where things are, and whether they must be made again. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
export const sys = join(root, 'packages/sys')
export const include = join(sys, 'native/include')

const modified = (path) => statSync(path).mtimeMs

/** When a file, or the newest one below a directory, was changed. */
function newest(path) {
  if (!existsSync(path)) return 0
  if (!statSync(path).isDirectory()) return modified(path)
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Math.max(0, ...files.map((entry) => modified(join(entry.parentPath, entry.name))))
}

/** Whether `file` is missing or older than one of its sources (files and directories) or the build itself. */
export const stale = (file, ...sources) =>
  !existsSync(file) || modified(file) < Math.max(...[...sources, join(sys, 'binding.gyp')].map(newest))

/** The C files of a directory. */
export const sourcesOf = (dir) =>
  existsSync(dir)
    ? readdirSync(dir)
        .filter((file) => file.endsWith('.c'))
        .map((file) => join(dir, file))
    : []

/** Node's own headers: beside the binary, in the npm package of the binary, or the system's. */
export function headers() {
  const beside = resolve(dirname(process.execPath), '..')
  const candidates = [beside, '/usr', '/usr/local']
  const found = candidates.find((dir) => existsSync(join(dir, 'include/node/node_api.h')))
  if (found === undefined)
    throw new Error(
      `no Node headers in ${candidates.join(', ')}: install libnode-dev or nodejs from its own packages`,
    )
  return found
}
