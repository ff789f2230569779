import { setTimeout as sleep } from 'node:timers/promises'
import { isErrno } from '@cofferdam/core'

/** How failed exchanges are repeated. */
export interface RetryPolicy {
  /** Attempts in all; 5 unless given. */
  readonly attempts: number
  /** Milliseconds before the second attempt, doubled for each further one, with up to half of it at random on top. */
  readonly baseDelay: number
  /** The longest wait in milliseconds between two attempts. */
  readonly maxDelay: number
  /** The longest `Retry-After` in milliseconds that is waited for; a longer one is an error at once. */
  readonly maxRetryAfter: number
}

/** The policy used unless another is given. */
export const defaultRetry: RetryPolicy = {
  attempts: 5,
  baseDelay: 200,
  maxDelay: 10_000,
  maxRetryAfter: 60_000,
}

/** Statuses after which the same request may succeed. */
export function isRetryStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
}

/** Connection failures after which the same request may succeed. */
export function isRetryError(error: unknown): boolean {
  return isErrno(
    error,
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EAI_AGAIN',
    'ECONNABORTED',
    'ERR_STREAM_PREMATURE_CLOSE',
  )
}

/**
 * Milliseconds of a `Retry-After` header: seconds, a date, or a duration of Go like `880us`, which some registries send.
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const unit = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)$/.exec(text)
  if (unit !== null) {
    const factor = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit[2] as 'ms']
    return Number(unit[1]) * factor
  }
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** Milliseconds to wait before attempt `attempt` (the second is 2). */
export function backoff(policy: RetryPolicy, attempt: number, random: number = Math.random()): number {
  return Math.min(policy.maxDelay, policy.baseDelay * 2 ** (attempt - 2) * (1 + random / 2))
}

/** Waits, or throws the signal's reason. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}
