import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '@cofferdam/core'
import type { TlsSettings } from '../http/agents.js'

/**
 * TLS settings of a host from directories like /etc/containers/certs.d: `HOST[:PORT]/*.crt` are authorities, a `*.cert`
 * with its `*.key` is the client's certificate. The first directory that has one for the host is taken. Source:
 * containers-certs.d(5).
 */
export async function readCerts(
  directories: readonly string[],
  host: string,
): Promise<TlsSettings | undefined> {
  for (const directory of directories) {
    const path = join(directory, host)
    let names: string[]
    try {
      names = (await readdir(path)).sort()
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) continue
      throw error
    }
    const read = (name: string): Promise<string> => readFile(join(path, name), 'utf8')
    const ca = await Promise.all(names.filter((name) => name.endsWith('.crt')).map(read))
    const cert = names.find((name) => name.endsWith('.cert'))
    const key = cert?.replace(/\.cert$/, '.key')
    const pair =
      cert !== undefined && key !== undefined && names.includes(key)
        ? { cert: await read(cert), key: await read(key) }
        : {}
    if (ca.length > 0 || cert !== undefined) return { ...(ca.length > 0 ? { ca } : {}), ...pair }
  }
  return undefined
}
