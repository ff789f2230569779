import { setTimeout as sleep } from 'node:timers/promises'
import { CofferdamError, Collector, parseBytes, parseDuration } from '@cofferdam/core'
import type { ExitStatus, RunResult, Usage } from '../types.js'
import { ContainerExitError } from './exit-error.js'
import type { ContainerProcess } from './process.js'

/** Options that collecting a container and collecting an exec share. */
export interface CollectOptions {
  readonly input?: string | Uint8Array
  readonly timeout?: number | string
  readonly maxOutput?: number | string
  readonly reject?: boolean
  readonly signal?: AbortSignal
}

/** Limits of {@link collectProcess}, parsed before anything is started. */
export interface CollectLimits {
  readonly timeout: number | undefined
  readonly maxOutput: number
}

/** Parses the limits. @throws CofferdamError `ERR_INVALID_DURATION`, `ERR_INVALID_BYTES` */
export function collectLimits(options: CollectOptions): CollectLimits {
  return {
    timeout: options.timeout === undefined ? undefined : parseDuration(options.timeout, 'timeout'),
    maxOutput: parseBytes(options.maxOutput ?? '16MiB', 'maxOutput'),
  }
}

/**
 * Feeds a process, collects its output, and kills it by time, signal or too much output.
 * @throws CofferdamError `ERR_MAX_OUTPUT`; ContainerExitError unless `reject` is false
 */
export async function collectProcess(
  process: ContainerProcess,
  about: {
    readonly command: readonly string[]
    readonly started: number
    readonly settled: (drain: Promise<unknown>) => Promise<ExitStatus & { readonly usage: Usage }>
  },
  options: CollectOptions,
  limits: CollectLimits,
): Promise<RunResult> {
  let timedOut = false
  let isCanceled = false
  const kill = () => void Promise.resolve(process.kill('SIGKILL')).catch(() => undefined)
  const over = new AbortController()
  if (limits.timeout !== undefined) {
    sleep(limits.timeout, undefined, { signal: over.signal }).then(
      () => {
        timedOut = true
        kill()
      },
      () => undefined,
    )
  }
  const cancel = () => {
    isCanceled = true
    kill()
  }
  options.signal?.addEventListener('abort', cancel, { once: true })
  if (options.signal?.aborted) cancel()
  const collectors = [new Collector(limits.maxOutput, kill), new Collector(limits.maxOutput, kill)] as const
  const drain = Promise.all([collectors[0].read(process.stdout), collectors[1].read(process.stderr)])
  if (process.stdin !== undefined) {
    process.stdin.on('error', () => undefined)
    process.stdin.end(options.input)
  }
  try {
    const exit = await about.settled(drain)
    if (collectors.some((collector) => collector.overflow)) throw outputError(limits.maxOutput)
    const failed = timedOut || isCanceled || exit.exitCode !== 0
    const result: RunResult = {
      stdout: collectors[0].text,
      stderr: collectors[1].text,
      exitCode: exit.exitCode,
      signal: exit.signal,
      oomKilled: exit.oomKilled,
      durationMs: performance.now() - about.started,
      timedOut,
      isCanceled,
      failed,
      command: about.command,
      usage: exit.usage,
    }
    if (failed && options.reject !== false) throw new ContainerExitError(result)
    return result
  } finally {
    over.abort()
    options.signal?.removeEventListener('abort', cancel)
  }
}

/** The error for a stream that is longer than `maxOutput`. */
function outputError(limit: number): CofferdamError {
  return new CofferdamError('ERR_MAX_OUTPUT', `the output is longer than ${limit} bytes`, {
    hint: 'raise maxOutput, or read the streams of engine.start()',
  })
}
