/**
 * Lets one start begin in each turn of the event loop, so that a burst of them leaves room for everything else the
 * program does. A start that no other precedes in its turn does not wait.
 */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #taken = false

  /** Resolves when it is this call's turn, in the order of the calls. */
  async take(): Promise<void> {
    if (this.#taken) return new Promise((resolve) => this.#waiting.push(resolve))
    this.#taken = true
    setImmediate(() => this.#next())
  }

  #next(): void {
    const resolve = this.#waiting.shift()
    this.#taken = resolve !== undefined
    if (resolve === undefined) return
    setImmediate(() => this.#next())
    resolve()
  }
}
