import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { MemoryStore } from '@cofferdam/image'

/** One request as the server saw it. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly authorization: string | undefined
  readonly range: string | undefined
  readonly body: Buffer
}

/** Answers a request, or returns false to let the default do it. */
export type Misbehaviour = (
  request: Seen,
  response: ServerResponse,
  message: IncomingMessage,
) => boolean | void

/** A registry in this process that can be told to fail in ways a real one does only now and then. */
export class FakeRegistry implements AsyncDisposable {
  readonly seen: Seen[] = []
  readonly uploads = new Map<string, Buffer>()
  misbehave: Misbehaviour | undefined
  readonly #server: Server
  readonly #store: MemoryStore | undefined

  private constructor(store: MemoryStore | undefined) {
    this.#store = store
    this.#server = createServer((message, response) => void this.#handle(message, response))
  }

  static async start(store?: MemoryStore, misbehave?: Misbehaviour): Promise<FakeRegistry> {
    const fake = new FakeRegistry(store)
    fake.misbehave = misbehave
    fake.#server.listen(0, '127.0.0.1')
    await once(fake.#server, 'listening')
    return fake
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** `METHOD path` of all requests, without the query. */
  get log(): string[] {
    return this.seen.map(({ method, url }) => `${method} ${url.split('?')[0]}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    try {
      for await (const part of message as AsyncIterable<Buffer>) parts.push(part)
    } catch {
      return
    }
    const seen: Seen = {
      method: message.method ?? '',
      url: message.url ?? '',
      authorization: message.headers.authorization,
      range: message.headers.range,
      body: Buffer.concat(parts),
    }
    this.seen.push(seen)
    if (this.misbehave?.(seen, response, message) !== true && !response.headersSent)
      this.answer(seen, response)
  }

  /** What a registry that is well would answer. */
  answer(request: Seen, response: ServerResponse): void {
    const { method, body } = request
    const { pathname, searchParams } = new URL(request.url, 'http://fake')
    const [, kind, last = ''] = /\/(manifests|blobs\/uploads|blobs)\/([^/]*)$/.exec(pathname) ?? []
    if (kind === 'blobs/uploads') return this.#upload(method, pathname, last, searchParams, body, response)
    if (kind === 'manifests' && method === 'PUT') {
      return void response.writeHead(201, { 'docker-content-digest': sha256(body) }).end()
    }
    const named = [...(this.#store?.names ?? [])].find(([name]) => name.endsWith(`:${last}`))?.[1]
    const content = this.#store?.blobs.get((named?.digest ?? last) as never)
    if (kind === undefined || content === undefined) return void response.writeHead(404).end()
    const from = Number(/^bytes=(\d+)-$/.exec(request.range ?? '')?.[1] ?? 0)
    const type =
      kind === 'manifests'
        ? (JSON.parse(Buffer.from(content).toString()) as { mediaType: string }).mediaType
        : 'application/octet-stream'
    response.writeHead(from > 0 ? 206 : 200, {
      'content-type': type,
      'content-length': content.length - from,
      'docker-content-digest': sha256(content),
      ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
    })
    response.end(method === 'HEAD' ? undefined : content.subarray(from))
  }

  #upload(
    method: string,
    pathname: string,
    id: string,
    query: URLSearchParams,
    body: Buffer,
    response: ServerResponse,
  ): void {
    if (method === 'POST') {
      const name = `u${this.uploads.size}`
      this.uploads.set(name, Buffer.alloc(0))
      return void response.writeHead(202, { location: `${pathname}${name}?state=secret`, range: '0-0' }).end()
    }
    const before = this.uploads.get(id)
    if (before === undefined) return void response.writeHead(404).end()
    if (method === 'DELETE') {
      this.uploads.delete(id)
      return void response.writeHead(204).end()
    }
    const now = Buffer.concat([before, body])
    this.uploads.set(id, now)
    const location = `${pathname}?state=secret`
    const range = `0-${Math.max(0, now.length - 1)}`
    if (method === 'GET') return void response.writeHead(204, { location, range }).end()
    if (method === 'PATCH') return void response.writeHead(202, { location, range }).end()
    if (query.get('digest') !== sha256(now))
      return void response.writeHead(400).end('{"errors":[{"code":"DIGEST_INVALID"}]}')
    this.#store?.blobs.set(sha256(now) as never, now)
    this.uploads.delete(id)
    response.writeHead(201, { 'docker-content-digest': sha256(now) }).end()
  }
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** The first `times` requests that match are answered by `act`. */
export function first(times: number, match: RegExp, act: Misbehaviour): Misbehaviour {
  let left = times
  return (request, response, message) => {
    if (left === 0 || !match.test(`${request.method} ${request.url}`)) return false
    left -= 1
    act(request, response, message)
    return true
  }
}
