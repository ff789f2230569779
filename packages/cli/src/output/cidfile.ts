import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { CofferdamError, isErrno } from '@cofferdam/core'

/** The file of `--cidfile`: made before the container, so that it is nobody else's; gone again when that did not start. */
export class CidFile implements Disposable {
  readonly #path: string
  readonly #fd: number
  #empty = true

  /** Makes it. @throws CofferdamError `ERR_CIDFILE`: it is there, or cannot be made */
  constructor(path: string) {
    this.#path = path
    try {
      this.#fd = openSync(path, 'wx', 0o644)
    } catch (error) {
      const exists = isErrno(error, 'EEXIST')
      throw new CofferdamError('ERR_CIDFILE', exists ? `the file ${path} exists` : `cannot make ${path}`, {
        path,
        cause: error,
        ...(exists ? { hint: 'remove it, or choose another --cidfile' } : {}),
      })
    }
  }

  /** Writes the id. */
  write(id: string): void {
    writeSync(this.#fd, id)
    this.#empty = false
  }

  /** Removes it, with its container. */
  remove(): void {
    rmSync(this.#path, { force: true })
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
    if (this.#empty) this.remove()
  }
}
