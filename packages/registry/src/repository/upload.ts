import { isCofferdamError } from '@cofferdam/core'
import {
  digestAlgorithm,
  digestMismatch,
  sizeMismatch,
  type BlobWriter,
  type Descriptor,
} from '@cofferdam/image'
import type { Scopes } from '../auth/authorizer.js'
import { RegistryError, redactUrl } from '../errors.js'
import type { Endpoint } from '../hosts/endpoint.js'
import { discard, type HttpResponse } from '../http/request.js'
import { backoff, pause } from '../http/retry.js'
import { expectStatus, type RepositoryContext } from './context.js'
import { announcedDigest } from './manifests.js'

/** An upload the registry has begun. */
export interface UploadSession {
  readonly endpoint: Endpoint
  readonly scopes: Scopes
  readonly location: URL
  /** Bytes the registry wants in every chunk but the last. */
  readonly minimum: number
}

/**
 * The upload URL of an answer. A proxy that ends TLS makes some registries write `http:` for their own host: that is
 * corrected, so that credentials stay on TLS.
 */
export function uploadLocation(response: HttpResponse, endpoint: Endpoint, action: string): URL {
  const { location } = response.headers
  if (location === undefined || !URL.canParse(location, response.url.href)) {
    throw new RegistryError(
      'ERR_REGISTRY_PROTOCOL',
      `${action}: registry ${endpoint.base.host} names no upload URL`,
      {
        host: endpoint.base.host,
        status: response.status,
      },
    )
  }
  const url = new URL(location, response.url.href)
  if (url.hostname === endpoint.base.hostname && url.protocol !== endpoint.base.protocol) {
    url.protocol = endpoint.base.protocol
    url.port = endpoint.base.port
  }
  if (endpoint.base.protocol === 'https:' && url.protocol !== 'https:') {
    throw new RegistryError('ERR_REGISTRY_PROTOCOL', `${action}: upload URL ${redactUrl(url)} is not https`, {
      host: endpoint.base.host,
    })
  }
  return url
}

/** The bytes a `Range: 0-99` header of an upload acknowledges: 100; `0-0` means none, as registries write it. */
export function acknowledged(header: string | undefined): number | undefined {
  const last = /^(?:bytes[ =])?0-(\d+)$/.exec(header?.trim() ?? '')?.[1]
  return last === undefined ? undefined : last === '0' ? 0 : Number(last) + 1
}

/**
 * A blob on its way to a registry. A small one travels in one PUT; a large one in chunks (PATCH), each kept until the
 * registry has it, so that a broken connection costs one chunk at most.
 */
export class BlobUpload implements BlobWriter {
  readonly offset = 0
  readonly #context: RepositoryContext
  readonly #descriptor: Descriptor
  readonly #session: UploadSession
  readonly #action: string
  readonly #signal: AbortSignal | undefined
  readonly #chunkSize: number
  #location: URL
  #received = 0
  #sent = 0
  #buffer: Uint8Array[] = []
  #buffered = 0
  #open = true

  constructor(
    context: RepositoryContext,
    descriptor: Descriptor,
    session: UploadSession,
    action: string,
    signal: AbortSignal | undefined,
  ) {
    this.#context = context
    this.#descriptor = descriptor
    this.#session = session
    this.#action = action
    this.#signal = signal
    this.#chunkSize = Math.max(context.chunkSize, session.minimum)
    this.#location = session.location
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#received += chunk.length
    if (this.#received > this.#descriptor.size) {
      throw sizeMismatch(this.#action, this.#descriptor.size, this.#received)
    }
    if (chunk.length > 0) this.#buffer.push(chunk)
    this.#buffered += chunk.length
    // The last chunk waits for commit: it travels with the PUT that ends the upload.
    while (this.#buffered >= this.#chunkSize && this.#received < this.#descriptor.size) await this.#flush()
  }

  async commit(): Promise<void> {
    const { digest, size } = this.#descriptor
    if (this.#received !== size) throw sizeMismatch(this.#action, size, this.#received)
    const response = await this.#persist(async () => {
      const url = new URL(this.#location)
      url.searchParams.set('digest', digest)
      const answer = await this.#request('PUT', url, this.#buffer)
      return expectStatus(answer, [201, 204], this.#session.endpoint, this.#action, 'upload')
    })
    this.#open = false
    if (response === undefined) return
    discard(response)
    const stored = announcedDigest(response)
    if (stored !== undefined && stored !== digest && digestAlgorithm(stored) === digestAlgorithm(digest)) {
      throw digestMismatch(`${this.#action}: the registry stored something else`, digest, stored)
    }
  }

  /** Cancels the upload unless it was committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return
    this.#open = false
    this.#buffer = []
    try {
      const { endpoint, scopes } = this.#session
      const signal = AbortSignal.timeout(5000)
      const cancel = {
        method: 'DELETE',
        target: this.#location,
        action: this.#action,
        scopes,
        signal,
      } as const
      discard(await this.#context.transport.exchange(endpoint, { ...cancel, attempts: 1 }))
    } catch {
      // A registry drops what nobody ends.
    }
  }

  async #flush(): Promise<void> {
    await this.#persist(async () => {
      if (this.#buffered === 0) return undefined // it all arrived although the answer was lost
      const before = this.#sent
      const last = before + this.#buffered - 1
      const answer = await this.#request('PATCH', this.#location, this.#buffer, {
        'content-range': `${before}-${last}`,
      })
      await expectStatus(answer, [202, 201, 204], this.#session.endpoint, this.#action, 'upload')
      discard(answer)
      this.#location = uploadLocation(answer, this.#session.endpoint, this.#action)
      this.#acknowledge(acknowledged(answer.headers.range) ?? last + 1)
      // It may have taken a part of the chunk; were none enough, all would be sent again and again.
      if (this.#sent === before) throw this.#impossible('takes nothing of what is sent')
      return answer
    })
  }

  /** Tries; after a failure asks how far the upload is, and tries again with what is missing. */
  async #persist(attempt: () => Promise<HttpResponse | undefined>): Promise<HttpResponse | undefined> {
    const { retry } = this.#context.transport
    for (let failures = 0; ;) {
      try {
        return await attempt()
      } catch (error) {
        this.#signal?.throwIfAborted()
        failures += 1
        if (failures >= retry.attempts || !canResume(error)) throw error
        await pause(backoff(retry, failures + 1), this.#signal)
        const before = this.#sent
        if (await this.#askProgress(error)) return undefined
        if (this.#sent > before) failures = 0
      }
    }
  }

  /** Asks for the state of the upload; true if the blob is there, whole (the answer to the PUT was lost). */
  async #askProgress(failure: unknown): Promise<boolean> {
    const { endpoint, scopes } = this.#session
    const { transport } = this.#context
    const common = { action: this.#action, scopes, signal: this.#signal }
    const answer = await transport.exchange(endpoint, { ...common, method: 'GET', target: this.#location })
    discard(answer)
    if (answer.status === 204 || answer.status === 200 || answer.status === 202) {
      if (answer.headers.location !== undefined)
        this.#location = uploadLocation(answer, endpoint, this.#action)
      const at = acknowledged(answer.headers.range)
      if (at !== undefined) this.#acknowledge(at)
      return false
    }
    const target = `${endpoint.repository}/blobs/${this.#descriptor.digest}`
    const head = await transport.exchange(endpoint, { ...common, method: 'HEAD', target })
    discard(head)
    if (head.status === 200 && this.#received === this.#descriptor.size) return true
    throw failure
  }

  #acknowledge(at: number): void {
    if (at < this.#sent || at > this.#sent + this.#buffered) {
      const most = this.#sent + this.#buffered
      throw this.#impossible(`has ${at} bytes, between ${this.#sent} and ${most} were sent`)
    }
    let drop = at - this.#sent
    this.#sent = at
    this.#buffered -= drop
    while (drop > 0) {
      const first = this.#buffer[0] as Uint8Array
      if (first.length > drop) this.#buffer[0] = first.subarray(drop)
      else this.#buffer.shift()
      drop -= Math.min(drop, first.length)
    }
  }

  #impossible(what: string): RegistryError {
    const { host } = this.#session.endpoint.base
    return new RegistryError('ERR_REGISTRY_PROTOCOL', `${this.#action}: registry ${host} ${what}`, {
      host,
      hint: 'the upload cannot be resumed; push again',
    })
  }

  #request(
    method: 'PUT' | 'PATCH',
    target: URL,
    body: readonly Uint8Array[],
    headers: Record<string, string> = {},
  ): Promise<HttpResponse> {
    return this.#context.transport.exchange(this.#session.endpoint, {
      method,
      target,
      action: this.#action,
      scopes: this.#session.scopes,
      headers: { 'content-type': 'application/octet-stream', ...headers },
      body: [...body],
      // Repeating blindly would send bytes twice: the state of the upload is asked for first.
      attempts: 1,
      signal: this.#signal,
    })
  }
}

function canResume(error: unknown): boolean {
  if (!isCofferdamError(error)) return false
  const status = 'status' in error ? error.status : undefined
  return (
    error.code === 'ERR_REGISTRY_UNREACHABLE' ||
    error.code === 'ERR_REGISTRY_UNAVAILABLE' ||
    error.code === 'ERR_REGISTRY_RATE_LIMITED' ||
    status === 416 ||
    status === 408
  )
}
