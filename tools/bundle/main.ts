/**
 * Makes each command a few files instead of some hundred, which Node would find one after the other at every call:
 * `node tools/bundle/main.ts`, after `tsc -b`. Only our own packages are put in; `sys`, which finds its native code
 * beside itself, and what npm installs of others stay where they are.
 */
import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('../..', import.meta.url))
const isOurs = (id: string) => /^[./]/.test(id) || (/^@cofferdam\//.test(id) && id !== '@cofferdam/sys')

for (const name of ['cli', 'runtime']) {
  const dir = join(root, 'packages', name, 'bundle')
  rmSync(dir, { recursive: true, force: true })
  const bundle = await rolldown({
    input: join(root, 'packages', name, 'dist', 'main.js'),
    platform: 'node',
    external: (id) => !isOurs(id),
    onLog: (level, { message }) => {
      if (level === 'warn') throw new Error(`${name}: ${message}`)
    },
  })
  await bundle.write({ dir, format: 'esm', chunkFileNames: '[name].js' })
  await bundle.close()
  chmodSync(join(dir, 'main.js'), 0o755)
}
