import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { parse } from 'smol-toml'
import { CofferdamError, errorMessage, isErrno } from '@cofferdam/core'
import type { RepositoryName } from '@cofferdam/image'
import type { TlsSettings } from '../http/agents.js'
import { allCapabilities, apiHost, type Capability, type Endpoint } from './endpoint.js'

type Table = Record<string, unknown>

const table = (value: unknown): Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {}
const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string')

async function tls(fields: Table, directory: string): Promise<TlsSettings | undefined> {
  const read = (name: string): Promise<string> =>
    readFile(isAbsolute(name) ? name : join(directory, name), 'utf8')
  const ca = await Promise.all(texts(fields['ca']).map(read))
  const [pair] = Array.isArray(fields['client']) ? (fields['client'] as unknown[]) : [fields['client']]
  const [cert, key] = await Promise.all(texts(pair).slice(0, 2).map(read))
  const insecure = fields['skip_verify'] === true
  if (ca.length === 0 && cert === undefined && !insecure) return undefined
  return {
    ...(ca.length > 0 ? { ca } : {}),
    ...(cert === undefined ? {} : { cert, key: key ?? cert }),
    ...(insecure ? { insecure } : {}),
  }
}

function baseUrl(text: string, override: boolean, path: string): URL {
  const withScheme = /^https?:\/\//.test(text) ? text : `https://${text}`
  if (!URL.canParse(withScheme)) {
    throw new CofferdamError('ERR_INVALID_CONFIG', `${path}: not a host: ${JSON.stringify(text)}`, { path })
  }
  const url = new URL(withScheme)
  const trimmed = url.pathname.replace(/\/+$/, '')
  url.pathname = override || /\/v2$/.test(trimmed) ? `${trimmed}/` : `${trimmed}/v2/`
  return url
}

async function endpoint(
  name: RepositoryName,
  base: URL,
  fields: Table,
  path: string,
  isServer: boolean,
): Promise<Endpoint> {
  const listed = texts(fields['capabilities']).filter((item): item is Capability =>
    allCapabilities.has(item as Capability),
  )
  const settings = await tls(fields, dirname(path))
  const headers = Object.entries(table(fields['header'])).map(([key, value]) => [
    key.toLowerCase(),
    texts(value).join(', '),
  ])
  const own = base.host === apiHost(name.registry)
  return {
    base,
    repository: name.repository,
    capabilities: isServer || listed.length === 0 ? allCapabilities : new Set(listed),
    credentialHost: own ? name.registry : base.host,
    ...(own ? {} : { namespace: name.registry }),
    ...(settings === undefined ? {} : { tls: settings }),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) as Record<string, string> }),
  }
}

/**
 * The endpoints of containerd's hosts.toml for a registry, in order, its server last; undefined if there is no such
 * file. Directories are searched for `HOST_PORT_`, `HOST:PORT`, `HOST` and `_default`. Source: containerd, docs/hosts.md.
 * @throws CofferdamError `ERR_INVALID_CONFIG`
 */
export async function readHostsToml(
  directories: readonly string[],
  name: RepositoryName,
): Promise<Endpoint[] | undefined> {
  const port = /^(.*):(\d+)$/.exec(name.registry)
  const names = [...(port === null ? [] : [`${port[1]}_${port[2]}_`]), name.registry, '_default']
  for (const path of directories.flatMap((directory) =>
    names.map((part) => join(directory, part, 'hosts.toml')),
  )) {
    let root: Table
    try {
      root = parse(await readFile(path, 'utf8'))
    } catch (cause) {
      if (isErrno(cause, 'ENOENT', 'ENOTDIR', 'EACCES')) continue
      throw new CofferdamError('ERR_INVALID_CONFIG', `${path}: ${errorMessage(cause)}`, { path, cause })
    }
    const endpoints: Endpoint[] = []
    for (const [url, value] of Object.entries(table(root['host']))) {
      const fields = table(value)
      const base = baseUrl(url, fields['override_path'] === true, path)
      endpoints.push(await endpoint(name, base, fields, path, false))
    }
    const server = texts(root['server'])[0] ?? `https://${apiHost(name.registry)}`
    endpoints.push(
      await endpoint(name, baseUrl(server, root['override_path'] === true, path), root, path, true),
    )
    return endpoints
  }
  return undefined
}
