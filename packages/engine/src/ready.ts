import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { CofferdamError, isCofferdamError } from '@cofferdam/core'
import type { Container } from './container/container.js'

/** Resolves when a service can be used. */
export type Ready = (container: Container, signal: AbortSignal) => Promise<void>

/** Ready when a TCP port of the container accepts a connection; it need not be published on a bridge network. */
export function portOpen(port: number): Ready {
  return async (container, signal) => {
    const host = container.address ?? '127.0.0.1'
    while (!(await accepts(host, port))) await sleep(20, undefined, { signal })
  }
}

/** Ready when a line of the output matches. */
export function logLine(pattern: RegExp): Ready {
  return async (container, signal) => {
    for await (const { line } of container.logs({ follow: true, signal })) if (pattern.test(line)) return
    throw new CofferdamError(
      'ERR_NOT_READY',
      `container ${container.name} ended without a line that matches ${String(pattern)}`,
      { path: container.id },
    )
  }
}

/** Ready when all are. */
export function all(...conditions: readonly Ready[]): Ready {
  return async (container, signal) => {
    await Promise.all(conditions.map((condition) => condition(container, signal)))
  }
}

/** Waits for a condition, the container's end, the time, or the signal. */
export async function awaitReady(
  container: Container,
  ready: Ready,
  timeout: number,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted()
  const over = new AbortController()
  const late = AbortSignal.timeout(timeout)
  const stop = AbortSignal.any([over.signal, late, ...(signal === undefined ? [] : [signal])])
  const ended = container.exit(stop).then(({ exitCode, signal: by }) => {
    throw new CofferdamError(
      'ERR_NOT_READY',
      `container ${container.name} ended before it was ready: ${by ?? `exit code ${exitCode}`}`,
      { path: container.id },
    )
  })
  ended.catch(() => undefined)
  const stopped = new Promise<never>((_, reject) =>
    stop.addEventListener('abort', () => reject(stop.reason), { once: true }),
  )
  stopped.catch(() => undefined)
  try {
    await Promise.race([ready(container, stop), ended, stopped])
  } catch (error) {
    if (isCofferdamError(error) || !late.aborted) throw error
    throw new CofferdamError(
      'ERR_NOT_READY',
      `container ${container.name} was not ready within ${timeout} ms`,
      { path: container.id, cause: error },
    )
  } finally {
    over.abort()
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.setTimeout(1000, () => done(false))
  })
}
