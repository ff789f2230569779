/**
 * Runs `work` for every item, at most `limit` at once, in order. The first failure aborts the signal the others get;
 * it is thrown after all have ended, so that nothing runs on behind the caller's back.
 */
export async function parallel<T>(
  items: readonly T[],
  limit: number,
  outer: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  outer?.throwIfAborted()
  const controller = new AbortController()
  const { signal } = controller
  const onAbort = (): void => controller.abort(outer?.reason)
  outer?.addEventListener('abort', onAbort, { once: true })
  let failed = false
  let failure: unknown
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (signal.aborted) return
      try {
        await work(item, signal)
      } catch (error) {
        if (!failed) failure = error
        failed = true
        controller.abort(error)
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  } finally {
    outer?.removeEventListener('abort', onAbort)
  }
  outer?.throwIfAborted()
  if (failed) throw failure
}
