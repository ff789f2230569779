import { join as joinPath } from 'node:path'
import { CofferdamError } from '@cofferdam/core'
import { bridge, deadNetworks, type DeadNetwork, host, join, none, type Network } from '@cofferdam/network'

/** Options of {@link Networks}. */
export interface NetworksOptions {
  /** Directory of leases and locks. */
  readonly runDir: string
  /** Namespace that plays the host's; this process's unless given. */
  readonly hostNetns?: number
  /** Pid of a running container, for `container:NAME`. */
  readonly pidOf: (key: string) => number
}

/** The networks of an engine by name; each is opened at its first use. */
export class Networks {
  readonly #options: NetworksOptions
  readonly #open = new Map<string, Network>()

  constructor(options: NetworksOptions) {
    this.#options = options
  }

  /**
   * The network that a name means: `bridge`, `host`, `none` or `container:NAME`.
   * @throws CofferdamError `ERR_NETWORK_NOT_FOUND`
   */
  get(name: string): Network {
    if (name.startsWith('container:'))
      return join({ path: `/proc/${this.#options.pidOf(name.slice('container:'.length))}/ns/net` })
    let network = this.#open.get(name)
    if (network === undefined) {
      network = this.#make(name)
      this.#open.set(name, network)
    }
    return network
  }

  /** The networks of which dead processes left something. */
  dead(): DeadNetwork[] {
    return deadNetworks(this.#directory)
  }

  /** Removes what dead processes left, and a network that nobody uses. */
  async sweep(): Promise<void> {
    await this.#make('bridge').sweep()
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map((network) => network.close()))
  }

  get #directory(): string {
    return joinPath(this.#options.runDir, 'network')
  }

  #make(name: string): Network {
    const { hostNetns } = this.#options
    if (name === 'host') return host()
    if (name === 'none') return none()
    if (name === 'bridge') {
      return bridge({
        name: 'default',
        runDir: this.#directory,
        ...(hostNetns === undefined ? {} : { hostNetns }),
      })
    }
    throw new CofferdamError('ERR_NETWORK_NOT_FOUND', `no network ${name}`, {
      path: name,
      hint: 'bridge, host, none and container:NAME are known',
    })
  }
}
