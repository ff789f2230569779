import { isCofferdamError } from '@cofferdam/core'
import {
  isIndexType,
  isManifestType,
  type Abortable,
  type BlobWriter,
  type Descriptor,
  type RepositoryName,
} from '@cofferdam/image'
import { repositoryScope, type Scopes } from '../auth/authorizer.js'
import type { Endpoint } from '../hosts/endpoint.js'
import { discard, type HttpResponse } from '../http/request.js'
import { describe, expectStatus, failover, type RepositoryContext } from './context.js'
import { hasManifest } from './manifests.js'
import { BlobUpload, uploadLocation, type UploadSession } from './upload.js'

const pushScope = (endpoint: Endpoint): Scopes => [repositoryScope(endpoint.repository, 'pull', 'push')]

/** Whether a blob or manifest is there already, by HEAD. */
export async function has(
  context: RepositoryContext,
  descriptor: Descriptor,
  { signal }: Abortable,
): Promise<boolean> {
  const action = describe(context, 'look for', descriptor.digest)
  return failover(context, 'push', signal, async (endpoint) => {
    if (isIndexType(descriptor.mediaType) || isManifestType(descriptor.mediaType)) {
      return hasManifest(context, endpoint, descriptor.digest, signal)
    }
    const response = await context.transport.exchange(endpoint, {
      method: 'HEAD',
      target: `${endpoint.repository}/blobs/${descriptor.digest}`,
      action,
      scopes: pushScope(endpoint),
      signal,
    })
    await expectStatus(response, [200, 404], endpoint, action, 'blob')
    discard(response)
    return response.status === 200
  })
}

function session(endpoint: Endpoint, scopes: Scopes, response: HttpResponse, action: string): UploadSession {
  const minimum = Number(response.headers['oci-chunk-min-length'] ?? 0)
  return {
    endpoint,
    scopes,
    location: uploadLocation(response, endpoint, action),
    // A registry does not decide how much memory is used: 64 MiB at most.
    minimum: Number.isSafeInteger(minimum) && minimum > 0 ? Math.min(minimum, 64 * 1024 * 1024) : 0,
  }
}

/** Begins a push of one blob: POST, then PATCH and PUT as bytes come. Source: distribution-spec, Pushing blobs. */
export async function openBlob(
  context: RepositoryContext,
  descriptor: Descriptor,
  { signal }: Abortable,
): Promise<BlobWriter> {
  const action = describe(context, 'push', descriptor.digest)
  return failover(context, 'push', signal, async (endpoint) => {
    const response = await context.transport.exchange(endpoint, {
      method: 'POST',
      target: `${endpoint.repository}/blobs/uploads/`,
      action,
      scopes: pushScope(endpoint),
      signal,
    })
    await expectStatus(response, [202], endpoint, action, 'upload')
    discard(response)
    const begun = session(endpoint, pushScope(endpoint), response, action)
    return new BlobUpload(context, descriptor, begun, action, signal)
  })
}

/**
 * Asks the registry to take a blob over from another of its repositories. False if it does not: no such blob there, no
 * right to read it, or not supported. Source: distribution-spec, Mounting a blob from another repository.
 */
export async function mountBlob(
  context: RepositoryContext,
  descriptor: Descriptor,
  from: RepositoryName,
  { signal }: Abortable,
): Promise<boolean> {
  if (from.registry !== context.name.registry || from.repository === context.name.repository) return false
  const action = describe(context, 'mount', descriptor.digest)
  try {
    return await failover(context, 'push', signal, async (endpoint) => {
      const scopes = [...pushScope(endpoint), repositoryScope(from.repository, 'pull')]
      const query = new URLSearchParams({ mount: descriptor.digest, from: from.repository })
      const response = await context.transport.exchange(endpoint, {
        method: 'POST',
        target: `${endpoint.repository}/blobs/uploads/?${query}`,
        action,
        scopes,
        signal,
      })
      await expectStatus(response, [201, 202], endpoint, action, 'upload')
      discard(response)
      if (response.status === 201) return true
      const begun = session(endpoint, scopes, response, action)
      await new BlobUpload(context, descriptor, begun, action, signal)[Symbol.asyncDispose]()
      return false
    })
  } catch (error) {
    signal?.throwIfAborted()
    if (isCofferdamError(error) && error.code !== 'ERR_REGISTRY_UNREACHABLE') return false
    throw error
  }
}
