import { readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { mkdir, readdir, readFile, readlink, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { formatOwner, nobody, parseOwner, type Owner } from '@cofferdam/sys'
import { addressNumber, contains, formatPrefix, numberAddress, prefixSize, type Prefix } from './prefix.js'

const HOLD = 'hold-'

/** True of an entry that marks a user of the network; all others are addresses. */
export const isHold = (name: string) => name.startsWith(HOLD)

/** An address in use: who holds it for which container. */
export interface Lease {
  readonly address: string
  readonly containerId: string
  readonly owner: Owner
  /** What its holder wrote: while that is there the address is this holder's. */
  readonly target: string
}

/** A process that uses the network without an address of it. */
export interface Hold {
  readonly name: string
  readonly owner: Owner
}

/** After so many occupied addresses in a row the directory is read instead of tried. */
const tries = 8

const targetOf = (owner: Owner, containerId: string) => `${formatOwner(owner)}/${containerId}`

/**
 * The addresses of one network, shared by every process: a lease is a symbolic link named by the address whose
 * target says who holds it. symlink(2) makes name and content in one step and refuses a second, so there is no lock
 * and no half-written lease whenever a process dies. Addresses are given out in turn.
 */
export class LeaseDirectory {
  readonly #directory: string
  readonly #subnet: Prefix
  readonly #gateway: number
  #cursor: number

  constructor(directory: string, subnet: Prefix, gateway: string) {
    this.#directory = directory
    this.#subnet = subnet
    this.#gateway = addressNumber(gateway)
    this.#cursor = subnet.base + 1
  }

  /** Makes the directory and continues where the process before stopped. */
  async open(): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const saved = await readFile(`${this.#directory}.next`, 'utf8').catch(() => '')
    const next = Number(saved)
    if (saved !== '' && contains(this.#subnet, next)) this.#cursor = next
  }

  /** Remembers the turn for the next process. */
  async save(): Promise<void> {
    await writeFile(`${this.#directory}.next`, String(this.#cursor), { mode: 0o600 })
  }

  #usable(address: number): boolean {
    const last = this.#subnet.base + prefixSize(this.#subnet) - 1
    return address !== this.#gateway && address !== this.#subnet.base && address !== last
  }

  #next(): number {
    const at = this.#cursor
    const end = this.#subnet.base + prefixSize(this.#subnet)
    this.#cursor = at + 1 < end ? at + 1 : this.#subnet.base
    return at
  }

  /** Synchronous: microseconds on the tmpfs of a run directory, a tenth of a turn through the thread pool. */
  #take(number: number, containerId: string, owner: Owner): Lease | undefined {
    const lease = { address: numberAddress(number), containerId, owner, target: targetOf(owner, containerId) }
    try {
      symlinkSync(lease.target, this.#path(lease))
      return lease
    } catch (error) {
      if (isErrno(error, 'EEXIST')) return undefined
      throw error
    }
  }

  #path({ address }: Lease): string {
    return join(this.#directory, address)
  }

  /**
   * Takes a free address, or the one asked for.
   * @throws CofferdamError `ERR_ADDRESS_POOL_EMPTY`, `ERR_ADDRESS_IN_USE`, `ERR_INVALID_ADDRESS`
   */
  async allocate(containerId: string, owner: Owner, requested?: string): Promise<Lease> {
    if (requested !== undefined) return this.#request(requested, containerId, owner)
    const size = prefixSize(this.#subnet)
    let taken: Set<string> | undefined
    for (let tried = 0, left = size; left > 0; left--) {
      const address = this.#next()
      if (!this.#usable(address) || taken?.has(numberAddress(address)) === true) continue
      const lease = this.#take(address, containerId, owner)
      if (lease !== undefined) return lease
      if (++tried % tries === 0) taken = new Set(await readdir(this.#directory))
    }
    throw new CofferdamError(
      'ERR_ADDRESS_POOL_EMPTY',
      `no free address in ${formatPrefix(this.#subnet)} for container ${containerId}`,
      { path: this.#directory, hint: 'remove containers of this network or make one with a larger subnet' },
    )
  }

  async #request(requested: string, containerId: string, owner: Owner): Promise<Lease> {
    const address = addressNumber(requested)
    if (!contains(this.#subnet, address) || !this.#usable(address)) {
      throw new CofferdamError(
        'ERR_INVALID_ADDRESS',
        `${requested} is no address for a container of ${formatPrefix(this.#subnet)}`,
      )
    }
    const lease = this.#take(address, containerId, owner)
    if (lease !== undefined) return lease
    const holder = (await this.list()).find((one) => one.address === requested)
    const of = holder === undefined ? '' : ` by container ${holder.containerId}`
    throw new CofferdamError('ERR_ADDRESS_IN_USE', `${requested} is in use${of}`)
  }

  /** False once the lease was swept, whoever has the address now. */
  isHeld(lease: Lease): boolean {
    try {
      return readlinkSync(this.#path(lease)) === lease.target
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return false
      throw error
    }
  }

  /** Gives an address back, unless it is another's by now. Idempotent. */
  release(lease: Lease): void {
    if (this.isHeld(lease)) rmSync(this.#path(lease), { force: true })
  }

  /**
   * Makes a dead owner's lease nobody's: then neither what is left of its holder gives the address back nor does another
   * get it before the caller releases it, who holds the lock. Undefined when the address is not that owner's any more.
   */
  disown(lease: Lease): Lease | undefined {
    const disowned = { ...lease, owner: nobody, target: targetOf(nobody, lease.containerId) }
    const spare = `${this.#directory}.dead`
    rmSync(spare, { force: true })
    symlinkSync(disowned.target, spare)
    if (!this.isHeld(lease)) return undefined
    renameSync(spare, this.#path(lease))
    return disowned
  }

  /** Marks the network as used by `owner`, without an address; give the name back with {@link leave}. */
  async hold(owner: Owner): Promise<string> {
    for (let number = 0; ; number++) {
      const name = `${HOLD}${owner.pid}-${number}`
      try {
        await symlink(formatOwner(owner), join(this.#directory, name))
        return name
      } catch (error) {
        if (!isErrno(error, 'EEXIST')) throw error
      }
    }
  }

  /** Takes the mark of {@link hold} away. Idempotent. */
  async leave(name: string): Promise<void> {
    await unlink(join(this.#directory, name)).catch((error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error
    })
  }

  async #entries(): Promise<{ name: string; target: string }[]> {
    const names = await readdir(this.#directory).catch(() => [])
    const entries = await Promise.all(
      names.map(async (name) => ({
        name,
        target: await readlink(join(this.#directory, name)).catch(() => undefined),
      })),
    )
    return entries.filter((entry): entry is { name: string; target: string } => entry.target !== undefined)
  }

  /** Every address in use. */
  async list(): Promise<Lease[]> {
    return (await this.#entries())
      .filter(({ name }) => !isHold(name))
      .map(({ name, target }) => ({
        address: name,
        containerId: target.split('/').slice(3).join('/'),
        owner: parseOwner(target),
        target,
      }))
  }

  /** Every process that uses the network. */
  async holds(): Promise<Hold[]> {
    return (await this.#entries())
      .filter(({ name }) => isHold(name))
      .map(({ name, target }) => ({ name, owner: parseOwner(target) }))
  }
}
