import { isCofferdamError } from '@cofferdam/core'
import { sizeMismatch, verifyStream, type Descriptor, type FetchBlobOptions } from '@cofferdam/image'
import { repositoryScope } from '../auth/authorizer.js'
import { RegistryError, unreachable } from '../errors.js'
import type { Endpoint } from '../hosts/endpoint.js'
import { mayFailOver } from '../http/answer.js'
import type { HttpResponse } from '../http/request.js'
import { backoff, isRetryError, pause } from '../http/retry.js'
import { describe, endpointsFor, expectStatus, type RepositoryContext } from './context.js'

/** Bytes that have to arrive between two interruptions for the second to count as the first. */
const progress = 64 * 1024

/** Opens a blob at a position; `skip` bytes of the answer come before it, as the server ignored the range. */
async function openAt(
  context: RepositoryContext,
  endpoint: Endpoint,
  descriptor: Descriptor,
  position: number,
  action: string,
  signal: AbortSignal | undefined,
): Promise<{ response: HttpResponse; skip: number }> {
  const response = await context.transport.exchange(endpoint, {
    method: 'GET',
    target: `${endpoint.repository}/blobs/${descriptor.digest}`,
    action,
    scopes: [repositoryScope(endpoint.repository, 'pull')],
    headers: position > 0 ? { range: `bytes=${position}-` } : {},
    signal,
  })
  await expectStatus(response, position > 0 ? [200, 206] : [200], endpoint, action, 'blob')
  const { headers, body, status } = response
  const skip = status === 206 ? 0 : position
  const expected = descriptor.size - position + skip
  const length = headers['content-length']
  if (length !== undefined && Number(length) !== expected) {
    body.destroy()
    throw sizeMismatch(action, descriptor.size, Number(length) - skip + position)
  }
  if (status === 206 && !(headers['content-range'] ?? '').startsWith(`bytes ${position}-`)) {
    body.destroy()
    throw new RegistryError(
      'ERR_REGISTRY_PROTOCOL',
      `${action}: the registry sent another range than asked for`,
      {
        host: endpoint.base.host,
      },
    )
  }
  return { response, skip }
}

async function* chunksFrom(
  context: RepositoryContext,
  descriptor: Descriptor,
  offset: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const action = describe(context, 'pull', descriptor.digest)
  const { retry } = context.transport
  const endpoints = await endpointsFor(context, 'pull')
  let position = offset
  let index = 0
  let stuck = 0
  while (position < descriptor.size) {
    const endpoint = endpoints[index]
    if (endpoint === undefined) {
      throw new RegistryError('ERR_BLOB_UNKNOWN', `${action}: no host may pull`, {
        host: context.name.registry,
      })
    }
    const next = endpoints[index + 1]
    const before = position
    let failure: unknown
    try {
      const { response, skip } = await openAt(context, endpoint, descriptor, position, action, signal)
      let toSkip = skip
      for await (const chunk of response.body as AsyncIterable<Buffer>) {
        const rest = chunk.subarray(toSkip)
        toSkip -= chunk.length - rest.length
        const end = position + rest.length
        if (end > descriptor.size) throw sizeMismatch(action, descriptor.size, end)
        position = end
        if (rest.length > 0) yield rest
      }
      failure = Object.assign(new Error('the body ended early'), { code: 'ECONNRESET' })
    } catch (error) {
      signal?.throwIfAborted()
      if (isCofferdamError(error)) {
        if (next === undefined || !mayFailOver(error)) throw error
        if (error.code === 'ERR_REGISTRY_UNREACHABLE') context.transport.markDown(endpoint)
        index += 1
        stuck = 0
        continue
      }
      failure = error
    }
    if (position === descriptor.size) return
    stuck = position - before >= progress ? 0 : stuck + 1
    if (stuck >= retry.attempts || !isRetryError(failure)) {
      // Content is named by its digest: another mirror can go on where this one stopped.
      if (next === undefined) throw unreachable(endpoint.base.host, action, failure)
      index += 1
      stuck = 0
    } else {
      await pause(backoff(retry, stuck + 2), signal)
    }
  }
}

/**
 * A blob as a stream. A broken connection is resumed by Range at the byte that was missing, if need be at another
 * mirror; size and digest are checked on the way.
 * @throws RegistryError; CofferdamError `ERR_DIGEST_MISMATCH`, `ERR_SIZE_MISMATCH`
 */
export function fetchBlob(
  context: RepositoryContext,
  descriptor: Descriptor,
  { signal, offset = 0, verify = true }: FetchBlobOptions,
): AsyncIterable<Uint8Array> {
  const chunks = chunksFrom(context, descriptor, offset, signal)
  return verify && offset === 0
    ? verifyStream(chunks, descriptor, describe(context, 'pull', descriptor.digest))
    : chunks
}
