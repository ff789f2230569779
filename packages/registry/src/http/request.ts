import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { CofferdamError } from '@cofferdam/core'
import { clientFor } from './builtins.js'

/** One exchange of HTTP, before authentication, retries and redirects. */
export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: readonly Uint8Array[]
  /** Milliseconds for DNS, TCP and TLS together. */
  readonly connectTimeout: number
  readonly agent: Agent
  /** Milliseconds without a byte in either direction after which it fails with ETIMEDOUT. */
  readonly idleTimeout: number
  readonly signal?: AbortSignal
}

/** An answer whose body is not read yet: read it, or call `discard`. */
export interface HttpResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: IncomingMessage
  /** Where the answer came from, after redirects. */
  readonly url: URL
}

const timedOut = (what: string, ms: number): Error =>
  Object.assign(new Error(`${what} for ${ms} ms`), { code: 'ETIMEDOUT' })

/** Sends one request and resolves with the head of the answer. Uses node:http, which costs less CPU than fetch. */
export function send(request: HttpRequest): Promise<HttpResponse> {
  const { method, url, headers, body, agent, idleTimeout, connectTimeout, signal } = request
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const length = body?.reduce((sum, part) => sum + part.length, 0)
    const sized = length !== undefined || method === 'POST' || method === 'PUT' || method === 'PATCH'
    const message = clientFor(url.protocol).request(url, {
      method,
      agent,
      headers: { ...headers, ...(sized ? { 'content-length': length ?? 0 } : {}) },
      ...(signal === undefined ? {} : { signal }),
    })
    message.setTimeout(idleTimeout, () => message.destroy(timedOut('no answer', idleTimeout)))
    message.once('socket', (socket) => {
      if (!socket.connecting) return
      const timer = setTimeout(
        () => message.destroy(timedOut('no connection', connectTimeout)),
        connectTimeout,
      )
      const stop = (): void => clearTimeout(timer)
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', stop)
      socket.once('close', stop)
    })
    message.once('error', (error) => reject(signal?.aborted ? signal.reason : error))
    // An answer may come before the body is sent, and the rest of the sending then fails.
    message.on('error', () => {})
    message.once('response', (response: IncomingMessage) => {
      // A later failure is reported by the body's reader; without one it must not end the program.
      response.on('error', () => {})
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response, url })
    })
    for (const part of body ?? []) message.write(part)
    message.end()
  })
}

/** Reads a small rest of a body so that its connection can be used again; destroys a large one. */
export function discard(response: HttpResponse): void {
  const { body } = response
  const length = Number(response.headers['content-length'] ?? Number.NaN)
  if (length <= 65536) body.resume()
  else body.destroy()
}

/**
 * Reads a body whole.
 * @throws CofferdamError `ERR_TOO_LARGE` after `limit` bytes
 */
export async function readBody(response: HttpResponse, limit: number, name: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) {
      throw new CofferdamError('ERR_TOO_LARGE', `${name}: the answer is larger than ${limit} bytes`, {
        hint: 'no such document is that large; the registry is faulty or hostile',
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
