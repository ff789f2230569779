import { readFile, readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CofferdamError, isErrno } from '@cofferdam/core'
import type { RepositoryName } from '@cofferdam/image'
import { readCerts } from './certs.js'
import { originEndpoints, type Capability, type Endpoint } from './endpoint.js'
import { readHostsToml } from './hosts-toml.js'
import { findRegistry, parseRegistriesConf, rewrite, type ConfiguredRegistry } from './registries-conf.js'

/** A mirror given in options. */
export interface MirrorOptions {
  /** `HOST[:PORT][/NAMESPACE]`, where the repositories are served. */
  readonly location: string
  /** Plain http, or TLS with any certificate. */
  readonly insecure?: boolean
  /** Which references it may answer: all unless given. */
  readonly pull?: 'all' | 'digest-only' | 'tag-only'
}

/** Where registries are reached. Everything that is not given is read from the machine's configuration files. */
export interface HostOptions {
  /** Mirrors by registry (`docker.io`); tried in order before the registry itself. */
  readonly mirrors?: Readonly<Record<string, readonly (string | MirrorOptions)[]>>
  /** Registries (`HOST[:PORT]`) that may be spoken to without TLS, or with any certificate. */
  readonly insecure?: readonly string[]
  /** The registries.conf to read, with drop-ins in the directory of the same name and `.d`; none if false. */
  readonly registriesConf?: string | false
  /** Directories of containerd's hosts.toml; none if empty. */
  readonly hostsDirectories?: readonly string[]
  /** Directories of certificates by host. */
  readonly certsDirectories?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

const pullOnly: Readonly<Record<string, ReadonlySet<Capability>>> = {
  all: new Set<Capability>(['pull', 'resolve']),
  'digest-only': new Set<Capability>(['pull']),
  'tag-only': new Set<Capability>(['resolve', 'pull']),
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return undefined
    throw error
  }
}

async function readTables(path: string): Promise<ConfiguredRegistry[]> {
  const main = await readIfThere(path)
  const tables = main === undefined ? [] : parseRegistriesConf(main, path)
  const names = await readdir(`${path}.d`).catch((): string[] => [])
  for (const name of names.filter((file) => file.endsWith('.conf')).sort()) {
    const dropIn = join(`${path}.d`, name)
    const content = await readIfThere(dropIn)
    if (content !== undefined) tables.push(...parseRegistriesConf(content, dropIn))
  }
  return tables
}

/** Finds the endpoints of repositories; the configuration files are read once. */
export class HostResolver {
  readonly #options: HostOptions
  readonly #config: string
  #tables: Promise<ConfiguredRegistry[]> | undefined

  constructor(options: HostOptions = {}) {
    this.#options = options
    const env = options.env ?? process.env
    this.#config = env['XDG_CONFIG_HOME'] || join(env['HOME'] ?? homedir(), '.config')
  }

  /** The endpoints of a repository in the order they are to be tried. */
  async endpoints(name: RepositoryName): Promise<Endpoint[]> {
    const { mirrors = {}, hostsDirectories = ['/etc/containerd/certs.d'] } = this.#options
    const given = Object.hasOwn(mirrors, name.registry) ? mirrors[name.registry] : undefined
    if (given !== undefined) {
      const found = await Promise.all(
        given.map((mirror) =>
          this.#mirror(name, name.registry, typeof mirror === 'string' ? { location: mirror } : mirror),
        ),
      )
      return [...found.flat(), ...(await this.#origin(name, false))]
    }
    return (await readHostsToml(hostsDirectories, name)) ?? (await this.#fromConf(name))
  }

  async #fromConf(name: RepositoryName): Promise<Endpoint[]> {
    this.#tables ??= this.#readTables()
    const table = findRegistry(await this.#tables, name)
    if (table === undefined) return this.#origin(name, false)
    if (table.blocked) {
      throw new CofferdamError(
        'ERR_REGISTRY_BLOCKED',
        `${name.registry}/${name.repository}: blocked by registries.conf`,
        {
          hint: `the prefix ${table.prefix} is blocked there`,
        },
      )
    }
    const mirrors = await Promise.all(table.mirrors.map((mirror) => this.#mirror(name, table.prefix, mirror)))
    const target = table.location === undefined ? name : rewrite(name, table.prefix, table.location)
    return [...mirrors.flat(), ...(await this.#origin(target, table.insecure))]
  }

  #readTables(): Promise<ConfiguredRegistry[]> {
    const { registriesConf, env = process.env } = this.#options
    if (registriesConf === false) return Promise.resolve([])
    const path = registriesConf ?? env['CONTAINERS_REGISTRIES_CONF']
    if (path !== undefined) return readTables(path)
    const own = join(this.#config, 'containers/registries.conf')
    return readIfThere(own).then((content) =>
      readTables(content === undefined ? '/etc/containers/registries.conf' : own),
    )
  }

  async #mirror(name: RepositoryName, prefix: string, mirror: MirrorOptions): Promise<Endpoint[]> {
    const target = rewrite(name, prefix, mirror.location)
    const capabilities = pullOnly[mirror.pull ?? 'all'] as ReadonlySet<Capability>
    return (await this.#origin(target, mirror.insecure === true)).map((endpoint) => ({
      ...endpoint,
      capabilities,
      namespace: name.registry,
      ...(mirror.pull === 'tag-only' ? { tagsOnly: true } : {}),
    }))
  }

  async #origin(name: RepositoryName, insecure: boolean): Promise<Endpoint[]> {
    const directories = this.#options.certsDirectories ?? [
      join(this.#config, 'containers/certs.d'),
      '/etc/containers/certs.d',
      '/etc/docker/certs.d',
    ]
    const tls = await readCerts(directories, name.registry)
    const listed = insecure || this.#options.insecure?.includes(name.registry) === true
    return originEndpoints(name, { insecure: listed, ...(tls === undefined ? {} : { tls }) })
  }
}
