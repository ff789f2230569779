import { check } from './check.js'
import { native } from './native.js'

/** A lane as the addon knows it. */
export type LaneHandle = object

interface LaneCalls {
  laneOpen(): LaneHandle | number
  laneClose(lane: LaneHandle): number
}

/**
 * A native thread with a first-in, first-out queue, for calls that may wait in the kernel. It keeps the event loop
 * alive only while calls are under way. Calls that need a lane take its `handle`.
 */
export class Lane implements Disposable {
  #handle: LaneHandle | undefined

  /** What the native calls take; the thread starts with the first use. @throws CofferdamError `ERR_SYSCALL` */
  get handle(): LaneHandle {
    if (this.#handle === undefined) {
      const opened = native<LaneCalls>().laneOpen()
      if (typeof opened === 'number') check('pthread_create', opened)
      this.#handle = opened as LaneHandle
    }
    return this.#handle
  }

  /** Ends the thread after the call under way; calls not begun resolve with -ECANCELED. Idempotent. */
  close(): void {
    if (this.#handle !== undefined) native<LaneCalls>().laneClose(this.#handle)
  }

  /** {@link Lane.close}, at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close()
  }
}
