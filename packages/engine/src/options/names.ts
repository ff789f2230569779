import { randomBytes, randomInt } from 'node:crypto'
import { CofferdamError } from '@cofferdam/core'

const adjectives =
  'brave calm clever dry eager fair fleet keen light loyal merry nimble proud quick quiet sharp sound steady stout swift tidy true warm wise'.split(
    ' ',
  )
const nouns =
  'anchor basin beam berth bow bridge buoy caisson canal dock ferry harbour hull jetty keel lock mast mole pier pile quay rudder sluice weir'.split(
    ' ',
  )

/** A new container id: 64 hexadecimal digits, as Docker's. */
export function newId(): string {
  return randomBytes(32).toString('hex')
}

/** A random name like `steady_pier`; later tries get a number. */
export function randomName(attempt: number): string {
  const name = `${adjectives[randomInt(adjectives.length)]}_${nouns[randomInt(nouns.length)]}`
  return attempt === 0 ? name : `${name}${randomInt(10 ** Math.min(attempt + 1, 9))}`
}

/**
 * Checks a container name against Docker's rule.
 * @throws CofferdamError `ERR_INVALID_NAME`
 */
export function checkName(name: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/.test(name)) return name
  throw new CofferdamError('ERR_INVALID_NAME', `container name ${JSON.stringify(name)} is not valid`, {
    path: name,
    hint: 'two or more of letters, digits, "_", "." and "-", the first a letter or digit',
  })
}

/**
 * Checks a host name (RFC 1123 labels, at most 64 bytes: uname(2)).
 * @throws CofferdamError `ERR_INVALID_HOSTNAME`
 */
export function checkHostname(hostname: string): string {
  if (
    hostname.length <= 64 &&
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(hostname)
  )
    return hostname
  throw new CofferdamError('ERR_INVALID_HOSTNAME', `host name ${JSON.stringify(hostname)} is not valid`, {
    path: hostname,
  })
}
