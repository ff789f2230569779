import { randomBytes } from 'node:crypto'
import { CofferdamError } from '@cofferdam/core'

/**
 * Checks a container id: letters, digits and `_+-.`, not `.` or `..`, at most 255 bytes (it names a directory).
 * The same rule as runc's and crun's.
 * @throws CofferdamError `ERR_INVALID_ID`
 */
export function checkId(id: string): string {
  if (/^[\w+.-]{1,255}$/.test(id) && id !== '.' && id !== '..') return id
  throw new CofferdamError('ERR_INVALID_ID', `invalid container ID format: ${JSON.stringify(id)}`, {
    hint: 'use letters, digits and _ + - . (not . or .. alone)',
  })
}

/** A new random id: 64 hexadecimal digits, as Docker's. */
export function newId(): string {
  return randomBytes(32).toString('hex')
}
