/**
 * Undo steps run in reverse order, each once; a failing step does not stop the others. Like
 * `AsyncDisposableStack`, which Node has from 24 on.
 */
export class DisposeStack implements AsyncDisposable {
  #steps: (() => unknown)[] = []

  /** Adds an undo step; it runs before those added earlier. */
  defer(step: () => unknown): void {
    this.#steps.push(step)
  }

  /** Adds a thing with `Symbol.asyncDispose` or `Symbol.dispose` and returns it. */
  use<T extends AsyncDisposable | Disposable>(thing: T): T {
    this.defer(() =>
      Symbol.asyncDispose in thing
        ? (thing as AsyncDisposable)[Symbol.asyncDispose]()
        : (thing as Disposable)[Symbol.dispose](),
    )
    return thing
  }

  /** Hands all steps to a new stack: this one then undoes nothing. */
  move(): DisposeStack {
    const next = new DisposeStack()
    next.#steps = this.#steps
    this.#steps = []
    return next
  }

  /** Runs the steps; throws the only error, or an AggregateError of several, after all have run. */
  async close(): Promise<void> {
    const errors: unknown[] = []
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1) throw new AggregateError(errors, 'several clean-up steps failed')
  }

  /** {@link DisposeStack.close}, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
