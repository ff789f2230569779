import { createHash } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'cofferdam-vm')
const keptMs = 14 * 24 * 3600 * 1000

/** SHA-256 of texts, short. */
export function digest(...texts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(`${text.length}\n`).update(text)
  return hash.digest('hex').slice(0, 20)
}

/** SHA-256 of files, short. */
export const digestFiles = (files: readonly string[]): string =>
  digest(...files.map((file) => readFileSync(file, 'latin1')))

function dropUnused(): void {
  for (const path of globSync(`${folder}/*`)) {
    if (statSync(path).mtimeMs < Date.now() - keptMs) rmSync(path, { recursive: true, force: true })
  }
}

const pathOf = (name: string, key: string): string => join(folder, `${name}-${key}`)

/** Whether {@link cached} would find it made. */
export const isCached = (name: string, key: string): boolean => existsSync(pathOf(name, key))

/**
 * The directory `NAME-KEY` of the cache, made by `make` where it is not there yet: in a directory beside it that is
 * renamed when complete, so two processes may make the same at once. What no one used for two weeks is dropped.
 */
export async function cached(
  name: string,
  key: string,
  make: (into: string) => Promise<void>,
): Promise<string> {
  const path = pathOf(name, key)
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true })
    dropUnused()
    const fresh = `${path}.${process.pid}`
    mkdirSync(fresh)
    try {
      await make(fresh)
      if (!existsSync(path)) renameSync(fresh, path)
    } finally {
      rmSync(fresh, { recursive: true, force: true })
    }
  }
  utimesSync(path, new Date(), new Date())
  return path
}
