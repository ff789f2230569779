import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cache, zigVersion } from './zig.ts'

/** What is published, by the name of its folder below `packages/sys/prebuilds`, as zig calls it; musl first. */
export const targets = {
  'linux-x64-musl': 'x86_64-linux-musl',
  'linux-arm64-musl': 'aarch64-linux-musl',
  'linux-x64': 'x86_64-linux-gnu.2.28',
  'linux-arm64': 'aarch64-linux-gnu.2.28',
}

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

let known: string | undefined
function digest(): string {
  if (known !== undefined) return known
  const hash = createHash('sha256').update(`${zigVersion} ${process.version}`)
  const files = globSync(['packages/sys/native/**/*.{c,h}', 'tools/native/{cross.mjs,zig.ts,targets.ts}'], {
    cwd: root,
  })
  for (const file of files.sort()) hash.update(`\n${file}\n`).update(readFileSync(join(root, file)))
  known = hash.digest('hex').slice(0, 16)
  return known
}

/** Where the cross build of a target is kept, for the sources as they are now; it may not be there. */
export const built = (name: string): string => join(cache, `${name}-${digest()}`)
