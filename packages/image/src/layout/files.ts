import { open, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { digestAlgorithm, digestEncoded, type Digest } from '../reference/digest.js'
import { createTemporary } from './temporary.js'

/** Where a blob is below the root of a layout (image-spec image-layout.md). */
export function blobPath(root: string, digest: Digest): string {
  return join(root, 'blobs', digestAlgorithm(digest), digestEncoded(digest))
}

/** Whether there is something of that name. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}

/** Makes a directory's names durable (fsync(2)). */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path)
  await directory.sync()
}

/**
 * Replaces a file as a whole, durably: written in the directory `temporary` of the same file system, fsync, rename,
 * fsync of the directory. What a dead process left there is found by `sweepUnlocked`.
 */
export async function replaceFile(
  path: string,
  bytes: Uint8Array | string,
  temporary: string,
): Promise<void> {
  const made = await createTemporary(temporary)
  await using file = made.file
  try {
    await file.writeFile(bytes)
    await file.sync()
    await rename(made.path, path)
  } catch (error) {
    await unlink(made.path).catch(() => {})
    throw error
  }
  await syncDirectory(dirname(path))
}

/** The error for a file that is larger than it may be to be read. */
export function tooLarge(
  path: string,
  size: number,
  limit: number,
  hint = 'the file is damaged or not what it should be; pull the image again',
): CofferdamError {
  return new CofferdamError('ERR_TOO_LARGE', `${path}: ${size} bytes; ${limit} are the limit`, { path, hint })
}

/** Reads a file of at most `limit` bytes; undefined where there is none. @throws CofferdamError `ERR_TOO_LARGE` */
export async function readSmall(path: string, limit: number): Promise<Buffer | undefined> {
  let file
  try {
    file = await open(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
  try {
    const { size } = await file.stat()
    if (size > limit) throw tooLarge(path, size, limit)
    return await file.readFile()
  } finally {
    await file.close()
  }
}
