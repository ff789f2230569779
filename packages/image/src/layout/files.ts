import { randomBytes } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { digestAlgorithm, digestEncoded, type Digest } from '../reference/digest.js'

/** Where a blob is below the root of a layout (image-spec image-layout.md). */
export function blobPath(root: string, digest: Digest): string {
  return join(root, 'blobs', digestAlgorithm(digest), digestEncoded(digest))
}

/** Makes a directory's names durable (fsync(2)). */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path)
  await directory.sync()
}

/** Replaces a file as a whole, durably: written beside it, fsync, rename, fsync of the directory. */
export async function replaceFile(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    {
      await using file = await open(temporary, 'wx', 0o644)
      await file.writeFile(bytes)
      await file.sync()
    }
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  }
  await syncDirectory(dirname(path))
}

/** Reads a file of at most `limit` bytes; undefined where there is none. */
export async function readSmall(path: string, limit: number): Promise<Buffer | undefined> {
  let file
  try {
    file = await open(path)
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const { size } = await file.stat()
    if (size > limit) throw new RangeError(`${path}: ${size} bytes; ${limit} are the limit`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}
