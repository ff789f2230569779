import { setTimeout as sleep } from 'node:timers/promises'
import { slowness } from './slowness.ts'

/**
 * Repeats `check` until it returns a value other than undefined or false, without throwing; for states the
 * kernel reaches a little later (reaping, netns removal). Throws the last failure after `limitMs` times {@link slowness}.
 */
export async function eventually<T>(check: () => T | Promise<T>, limitMs = 2000): Promise<T> {
  const end = Date.now() + limitMs * slowness
  for (;;) {
    let failure: unknown
    try {
      const value = await check()
      if (value !== undefined && value !== false) return value
      failure = new Error(`still ${String(value)} after ${limitMs * slowness} ms`)
    } catch (error) {
      failure = error
    }
    if (Date.now() >= end) throw failure
    await sleep(10)
  }
}
