import { mkdir, readFile, readdir, rename, unlink, link, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { checkBridgeOptions, type BridgeOptions } from '../bridge/options.js'

/** A user's network, kept in a file of its own. */
export interface NetworkDefinition {
  readonly name: string
  readonly driver: 'bridge'
  /** Like `10.89.1.0/24`; a free one is chosen unless given. */
  readonly subnet?: string
  /** The bridge's address; the subnet's first unless given. */
  readonly gateway?: string
  /** Bytes of a packet; the default route's unless given. */
  readonly mtu?: number
  /** Only its containers and the host are reached. */
  readonly internal?: boolean
  /** Containers of the network do not reach each other. */
  readonly isolated?: boolean
  /** The user's own notes. */
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * The definitions of user networks, one JSON file each, that outlive every process and boot; what is in the kernel
 * follows from them when a network is used. Like `docker network create`, `ls`, `rm`.
 */
export class NetworkStore {
  readonly #directory: string

  /** @param stateDir a persistent directory; the files are in its `networks` */
  constructor(stateDir: string) {
    this.#directory = join(stateDir, 'networks')
  }

  #path(name: string): string {
    checkBridgeOptions({ name, runDir: '/' })
    return join(this.#directory, `${name}.json`)
  }

  /**
   * Adds a definition.
   * @throws CofferdamError `ERR_NETWORK_EXISTS`, `ERR_INVALID_NETWORK`, `ERR_INVALID_SUBNET`
   */
  async create(definition: NetworkDefinition): Promise<void> {
    const { name } = definition
    checkBridgeOptions({ ...definition, runDir: '/' } satisfies BridgeOptions)
    if (['default', 'host', 'none', 'container'].includes(name)) {
      throw new CofferdamError('ERR_NETWORK_EXISTS', `network ${name} is built in`)
    }
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const draft = join(this.#directory, `.${randomUUID()}`)
    await writeFile(draft, `${JSON.stringify(definition, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    try {
      await link(draft, this.#path(name))
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error
      throw new CofferdamError('ERR_NETWORK_EXISTS', `network ${name} exists`, { path: this.#path(name) })
    } finally {
      await unlink(draft)
    }
  }

  /** @throws CofferdamError `ERR_NETWORK_NOT_FOUND` */
  async get(name: string): Promise<NetworkDefinition> {
    try {
      return JSON.parse(await readFile(this.#path(name), 'utf8')) as NetworkDefinition
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
      throw new CofferdamError('ERR_NETWORK_NOT_FOUND', `no network ${name}`, {
        path: this.#path(name),
        hint: 'list the networks, or create it first',
      })
    }
  }

  /** Every definition, by name. */
  async list(): Promise<NetworkDefinition[]> {
    const names = await readdir(this.#directory).catch(() => [])
    const networks = names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort()
    return Promise.all(networks.map((file) => this.get(file.slice(0, -'.json'.length))))
  }

  /**
   * Removes a definition. What uses the network keeps it until it ends.
   * @throws CofferdamError `ERR_NETWORK_NOT_FOUND`
   */
  async remove(name: string): Promise<void> {
    await this.get(name)
    const doomed = join(this.#directory, `.${randomUUID()}`)
    await rename(this.#path(name), doomed)
    await unlink(doomed)
  }
}
