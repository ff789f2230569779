import { mkdtempSync, rmSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory that is removed, with all in it, when it is disposed. */
export interface TempDir extends AsyncDisposable {
  readonly path: string
  /** A path inside. */
  join(...names: string[]): string
  remove(): Promise<void>
}

function wrap(path: string): TempDir {
  const remove = () => rm(path, { recursive: true, force: true })
  return {
    path,
    join: (...names) => join(path, ...names),
    remove,
    [Symbol.asyncDispose]: remove,
  }
}

/**
 * A new directory below TMPDIR, readable by every user (`mktemp -d` and chmod 755):
 * `await using dir = await tempDir()`.
 */
export async function tempDir(name = 'test'): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `cofferdam-${name}-`))
  await chmod(path, 0o755)
  return wrap(path)
}

/** {@link tempDir} at once, for set-up code outside of a promise; removed at exit of the process too. */
export function tempDirSync(name = 'test'): TempDir {
  const path = mkdtempSync(join(tmpdir(), `cofferdam-${name}-`))
  process.once('exit', () => rmSync(path, { recursive: true, force: true }))
  return wrap(path)
}
