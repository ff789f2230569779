import { constants, fstatSync, read, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { RESOLVE, closeQuietly, openat2 } from '@cofferdam/sys'

const maxFile = 1024 * 1024
/** What is read at once: a hop to another thread and back costs more. */
const smallFile = 16 * 1024
const maxId = 2 ** 31 - 1
const readFd = promisify(read)

/** Who a container's process is. */
export interface ResolvedUser {
  readonly uid: number
  readonly gid: number
  /** Groups besides `gid` that /etc/group lists the user in. */
  readonly groups: readonly number[]
  /** The name and home directory in /etc/passwd, where the user has an entry. */
  readonly name?: string
  readonly home?: string
}

/** The lines of a small file in the root, at most 1 MiB; empty where there is none or it is no file. */
async function linesOf(root: number, path: string): Promise<string[][]> {
  let fd: number
  try {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
    fd = openat2(root, path, flags, RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO')) return []
    throw error
  }
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile()) return []
    if (stats.size > maxFile) {
      throw new CofferdamError(
        'ERR_TOO_LARGE',
        `/${path} of the image: ${stats.size} bytes; ${maxFile} are read`,
      )
    }
    const bytes = Buffer.alloc(stats.size)
    const bytesRead =
      bytes.length <= smallFile
        ? readSync(fd, bytes, 0, bytes.length, 0)
        : (await readFd(fd, bytes, 0, bytes.length, 0)).bytesRead
    return bytes
      .toString('utf8', 0, bytesRead)
      .split('\n')
      .map((line) => line.split(':'))
  } finally {
    closeQuietly(fd)
  }
}

function parseId(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined
  const id = Number(text)
  return id <= maxId ? id : undefined
}

function unknown(user: string, what: string): CofferdamError {
  return new CofferdamError('ERR_UNKNOWN_USER', `user ${JSON.stringify(user)}: ${what}`, {
    hint: 'name a user of the image, or write numbers: UID or UID:GID',
  })
}

/** A number, or a name's line. Numbers are never looked up as names (CVE-2026-47262); above 2147483647 is refused (CVE-2024-40635). */
function number(user: string, part: string): number | undefined {
  if (!/^\d+$/.test(part)) return undefined
  const id = parseId(part)
  if (id === undefined) throw unknown(user, `${part} is above ${maxId}`)
  return id
}

/**
 * Finds an image's user in the container's root, like `docker run --user USER[:GROUP]`: names by /etc/passwd and
 * /etc/group, opened inside the root; a number needs no entry. Groups are given where no group is named (image-spec
 * conversion.md).
 * @param rootfs the root: an open directory, or its path
 * @throws CofferdamError `ERR_UNKNOWN_USER`, `ERR_TOO_LARGE`
 */
export async function resolveUser(rootfs: number | string, user: string): Promise<ResolvedUser> {
  if (typeof rootfs === 'string') {
    await using directory = await open(rootfs, constants.O_RDONLY | constants.O_DIRECTORY)
    return await resolveUser(directory.fd, user)
  }
  const [who = '', group, ...more] = user.split(':')
  if (more.length > 0 || (group !== undefined && group === '')) throw unknown(user, 'not USER[:GROUP]')
  const wanted = number(user, who === '' ? '0' : who)
  const passwd = await linesOf(rootfs, 'etc/passwd')
  const entry = passwd.find((fields) =>
    wanted === undefined ? fields[0] === who : fields.length >= 4 && parseId(fields[2]) === wanted,
  )
  const uid = wanted ?? parseId(entry?.[2])
  if (uid === undefined)
    throw unknown(
      user,
      entry === undefined ? 'not in /etc/passwd of the image' : 'its line in /etc/passwd has no valid uid',
    )
  const groups = await linesOf(rootfs, 'etc/group')
  const about = {
    ...(entry?.[0] ? { name: entry[0] } : {}),
    ...(entry?.[5] ? { home: entry[5] } : {}),
  }
  if (group !== undefined) {
    const gid = number(user, group) ?? parseId(groups.find(([name]) => name === group)?.[2])
    if (gid === undefined) throw unknown(user, `no group ${JSON.stringify(group)} in /etc/group of the image`)
    return { uid, gid, groups: [], ...about }
  }
  const gid = parseId(entry?.[3]) ?? 0
  const name = entry?.[0]
  const member = (fields: string[]) => name !== undefined && (fields[3] ?? '').split(',').includes(name)
  const additional = groups.filter(member).flatMap((fields) => parseId(fields[2]) ?? [])
  return { uid, gid, groups: [...new Set(additional)].filter((id) => id !== gid), ...about }
}
