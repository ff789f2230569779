import { watch } from 'node:fs'
import { mkdir } from 'node:fs/promises'

/** Whether the files of a directory change; see {@link watchChanges}. */
export interface Changes {
  /** Forgets earlier changes: call it before looking at the files. */
  reset(): void
  /** Resolves at a change since the last `reset`, an abort, or after a second at most. */
  wait(): Promise<void>
  /** Watches no longer. */
  close(): void
}

/** Watches a directory, which is made if missing; `close` it again. An aborted `signal` counts as a change. */
export async function watchChanges(dir: string, signal?: AbortSignal): Promise<Changes> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  let changed = false
  let wake: (() => void) | undefined
  const notify = () => {
    changed = true
    wake?.()
  }
  const watcher = watch(dir, { persistent: true }, notify)
  watcher.on('error', notify)
  // Not everything that is waited for changes a file: the death of a writer, a time.
  const timer = setInterval(notify, 1000)
  signal?.addEventListener('abort', notify)
  return {
    reset: () => void (changed = false),
    wait: () => (changed ? Promise.resolve() : new Promise((resolve) => (wake = resolve))),
    close: () => {
      watcher.close()
      clearInterval(timer)
      signal?.removeEventListener('abort', notify)
    },
  }
}
