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

/**
 * {@link tempDir} without a promise, for set-up code; made when its path is first asked for, removed at exit of the
 * process too.
 */
export function tempDirSync(name = 'test'): TempDir {
  let made: TempDir | undefined
  const dir = (): TempDir => {
    if (made !== undefined) return made
    const path = mkdtempSync(join(tmpdir(), `cofferdam-${name}-`))
    process.once('exit', () => rmSync(path, { recursive: true, force: true }))
    return (made = wrap(path))
  }
  const remove = async (): Promise<void> => made?.remove()
  return {
    get path() {
      return dir().path
    },
    join: (...names) => dir().join(...names),
    remove,
    [Symbol.asyncDispose]: remove,
  }
}
