import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Repeats `check` until it returns a value other than undefined or false, without throwing; for states the
 * kernel reaches a little later (reaping, netns removal). Throws the last failure after `limitMs`.
 */
export async function eventually<T>(check: () => T | Promise<T>, limitMs = 2000): Promise<T> {
  const end = Date.now() + limitMs
  for (;;) {
    let failure: unknown
    try {
      const value = await check()
      if (value !== undefined && value !== false) return value
      failure = new Error(`still ${String(value)} after ${limitMs} ms`)
    } catch (error) {
      failure = error
    }
    if (Date.now() >= end) throw failure
    await sleep(10)
  }
}
