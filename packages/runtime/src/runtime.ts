import { Container } from './container/container.js'
import type { CreateOptions, RuntimeOptions } from './container/options.js'
import { setUp } from './container/set-up.js'
import { Turns } from './container/turns.js'
import { listIds, openStateDirectory } from './state/directory.js'
import type { ContainerState } from './state/record.js'

/** Where the state of containers lies unless a runtime is told otherwise. */
export const DEFAULT_ROOT = '/run/cofferdam/runtime'

/**
 * An OCI runtime (runtime-spec 1.2): containers from bundles or objects, with their state in a directory that several
 * processes share. It holds nothing itself, so there is nothing to close.
 */
export class Runtime {
  readonly #options: Required<Pick<RuntimeOptions, 'root'>> & RuntimeOptions
  readonly #turns = new Turns()

  constructor(options: RuntimeOptions = {}) {
    this.#options = { root: DEFAULT_ROOT, ...options }
  }

  /** Directory of the state. */
  get root(): string {
    return this.#options.root
  }

  /**
   * Makes a container up to the point before its program, like `runc create`. A random id unless given.
   * @throws CofferdamError `ERR_INVALID_ID`, `ERR_CONTAINER_EXISTS`, `ERR_BUNDLE`, `ERR_INVALID_SPEC`,
   * `ERR_ROOTFS_MISSING`, `ERR_NAMESPACE`, `ERR_HOOK`, those of cgroups and of a launch; nothing is left then
   */
  async create(id: string | undefined, options: CreateOptions): Promise<Container> {
    await this.#turns.take()
    const made = await setUp(id, options, this.#options, true)
    return new Container(made.record, made.directory, made)
  }

  /**
   * Makes a container and starts it at once, like `runc run --detach`: one launch, without a round trip between.
   * @throws CofferdamError as {@link Runtime.create}
   */
  async run(id: string | undefined, options: CreateOptions): Promise<Container> {
    await this.#turns.take()
    const made = await setUp(id, options, this.#options, false)
    const container = new Container(made.record, made.directory, made)
    await container.afterStart()
    return container
  }

  /**
   * A container in the state directory, of whichever process.
   * @throws CofferdamError `ERR_INVALID_ID`, `ERR_CONTAINER_NOT_FOUND`, `ERR_STATE`
   */
  open(id: string): Container {
    const directory = openStateDirectory(this.#options.root, id)
    return new Container(directory.read(), directory)
  }

  /** Whether the process lives that has reserved an id and not made its container yet. */
  isBeingMade(id: string): boolean {
    return openStateDirectory(this.#options.root, id).isBeingMade()
  }

  /** Removes what a process left that died while it made a container: its reserved id. Idempotent. */
  forget(id: string): void {
    openStateDirectory(this.#options.root, id).remove()
  }

  /** The ids that are taken: of containers, of those being made just now, and of what a dead process left of one. */
  ids(): string[] {
    return listIds(this.#options.root)
  }

  /** The state of all containers, like `runc list`; one that is being made or removed just now is left out. */
  async list(): Promise<ContainerState[]> {
    const states = listIds(this.#options.root).map(async (id) => {
      try {
        return await this.open(id).state()
      } catch {
        return undefined
      }
    })
    return (await Promise.all(states)).filter((state) => state !== undefined)
  }
}
