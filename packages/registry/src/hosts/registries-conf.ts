import { parse } from 'smol-toml'
import { CofferdamError, errorMessage } from '@cofferdam/core'
import type { RepositoryName } from '@cofferdam/image'

/** A mirror in registries.conf. */
export interface ConfiguredMirror {
  readonly location: string
  readonly insecure: boolean
  readonly pull: 'all' | 'digest-only' | 'tag-only'
}

/** A `[[registry]]` of registries.conf. */
export interface ConfiguredRegistry {
  readonly prefix: string
  /** Undefined where only the prefix is given. */
  readonly location: string | undefined
  readonly insecure: boolean
  readonly blocked: boolean
  readonly mirrors: readonly ConfiguredMirror[]
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
const list = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : []

/**
 * Reads the `[[registry]]` tables of a registries.conf (version 2).
 * @throws CofferdamError `ERR_INVALID_CONFIG`
 */
export function parseRegistriesConf(content: string, path: string): ConfiguredRegistry[] {
  let root: Record<string, unknown>
  try {
    root = parse(content)
  } catch (cause) {
    throw new CofferdamError('ERR_INVALID_CONFIG', `${path}: ${errorMessage(cause)}`, { path, cause })
  }
  return list(root['registry']).map((table, index) => {
    const location = text(table['location'])
    const prefix = text(table['prefix']) ?? location
    if (prefix === undefined) {
      throw new CofferdamError(
        'ERR_INVALID_CONFIG',
        `${path}: registry ${index + 1} has neither prefix nor location`,
        {
          path,
          hint: 'see containers-registries.conf(5)',
        },
      )
    }
    const digestOnly = table['mirror-by-digest-only'] === true
    return {
      prefix: prefix.replace(/\/+$/, ''),
      location: location?.replace(/\/+$/, ''),
      insecure: table['insecure'] === true,
      blocked: table['blocked'] === true,
      mirrors: list(table['mirror']).flatMap((mirror) => {
        const where = text(mirror['location'])
        const pull = text(mirror['pull-from-mirror'])
        if (where === undefined) return []
        return {
          location: where.replace(/\/+$/, ''),
          insecure: mirror['insecure'] === true,
          pull:
            pull === 'digest-only' || pull === 'tag-only'
              ? pull
              : digestOnly
                ? ('digest-only' as const)
                : ('all' as const),
        }
      }),
    }
  })
}

function matches(prefix: string, name: string): boolean {
  if (prefix.startsWith('*.')) {
    const host = name.slice(0, name.indexOf('/')).replace(/:\d+$/, '')
    return host.endsWith(prefix.slice(1)) && host.length > prefix.length - 1
  }
  return name === prefix || name.startsWith(`${prefix}/`)
}

/** The registry table with the longest prefix of a repository; of equals the last, as drop-ins come later. */
export function findRegistry(
  tables: readonly ConfiguredRegistry[],
  name: RepositoryName,
): ConfiguredRegistry | undefined {
  const full = `${name.registry}/${name.repository}`
  let best: ConfiguredRegistry | undefined
  for (const table of tables) {
    if (matches(table.prefix, full) && table.prefix.length >= (best?.prefix.length ?? 0)) best = table
  }
  return best
}

/** The repository a location serves: the prefix of the name replaced by the location. */
export function rewrite(name: RepositoryName, prefix: string, location: string): RepositoryName {
  const full = `${name.registry}/${name.repository}`
  const rest = prefix.startsWith('*.') ? full.slice(full.indexOf('/')) : full.slice(prefix.length)
  const target = location + rest
  const slash = target.indexOf('/')
  return slash < 0
    ? { registry: target, repository: name.repository }
    : { registry: target.slice(0, slash), repository: target.slice(slash + 1) }
}
