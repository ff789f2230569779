import {
  computeDigest,
  digestAlgorithm,
  digestMismatch,
  isDigest,
  maxManifestSize,
  mediaTypes,
  parseManifest,
  verifyBytes,
  type Abortable,
  type Descriptor,
  type Digest,
  type PutManifestOptions,
  type Reference,
} from '@cofferdam/image'
import { repositoryScope } from '../auth/authorizer.js'
import { RegistryError } from '../errors.js'
import type { Endpoint } from '../hosts/endpoint.js'
import { discard, type HttpResponse } from '../http/request.js'
import { describe, expectStatus, failover, type RepositoryContext } from './context.js'

/** The types of manifests that are asked for; schema 1 only so that it is recognised and refused. */
export const acceptedTypes = [
  mediaTypes.index,
  mediaTypes.manifest,
  mediaTypes.dockerManifestList,
  mediaTypes.dockerManifest,
  `${mediaTypes.dockerManifestV1Signed};q=0.1`,
].join(', ')

/** `application/json` of `application/json; charset=utf-8`. */
export function contentType(response: HttpResponse): string {
  return (response.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

const generic = new Set([
  '',
  'application/json',
  'application/octet-stream',
  'text/plain',
  'binary/octet-stream',
])

/** The digest an answer announces; undefined where the header is absent (old registries) or of another algorithm. */
export function announcedDigest(response: HttpResponse): Digest | undefined {
  const header = response.headers['docker-content-digest']
  return isDigest(header) ? header : undefined
}

function headDescriptor(response: HttpResponse, wanted: Digest | undefined): Descriptor | undefined {
  const digest = announcedDigest(response)
  const mediaType = contentType(response)
  const size = Number(response.headers['content-length'] ?? Number.NaN)
  if (digest === undefined || generic.has(mediaType) || !Number.isSafeInteger(size) || size <= 0)
    return undefined
  if (wanted !== undefined && digest !== wanted) return undefined
  return { mediaType, digest, size }
}

/**
 * The descriptor of a tag or digest, by HEAD; by GET where the answer does not say digest, type and size.
 * @throws RegistryError `ERR_MANIFEST_UNKNOWN`, `ERR_REGISTRY_UNREACHABLE`, `ERR_REGISTRY_UNAUTHORIZED` ...
 */
export async function resolve(
  context: RepositoryContext,
  reference: Pick<Reference, 'tag' | 'digest'>,
  { signal }: Abortable,
): Promise<Descriptor> {
  const wanted = reference.digest
  const object = wanted ?? reference.tag ?? 'latest'
  const action = describe(context, 'resolve', object)
  const work = async (endpoint: Endpoint): Promise<Descriptor> => {
    const common = {
      target: `${endpoint.repository}/manifests/${object}`,
      action,
      scopes: [repositoryScope(endpoint.repository, 'pull')],
      headers: { accept: acceptedTypes },
      signal,
    }
    const head = await context.transport.exchange(endpoint, { ...common, method: 'HEAD' })
    discard(head)
    const found = head.status === 200 ? headDescriptor(head, wanted) : undefined
    if (found !== undefined) return found
    // The answer to a HEAD has no body: GET also tells why it was refused.
    const { response, bytes } = await context.transport.exchangeBytes(
      endpoint,
      { ...common, method: 'GET' },
      maxManifestSize,
    )
    await expectStatus(response, [200], endpoint, action, 'manifest')
    const content = bytes as Buffer
    const digest = computeDigest(content, wanted === undefined ? 'sha256' : digestAlgorithm(wanted))
    if (wanted !== undefined && digest !== wanted) throw digestMismatch(action, wanted, digest)
    const type = contentType(response)
    const { mediaType } = parseManifest(content, generic.has(type) ? undefined : type, action)
    return { mediaType, digest, size: content.length }
  }
  return failover(context, wanted === undefined ? 'resolve' : 'pull', signal, work, wanted !== undefined)
}

/**
 * The verified bytes of a manifest or index.
 * @throws RegistryError; CofferdamError `ERR_DIGEST_MISMATCH`, `ERR_SIZE_MISMATCH`, `ERR_TOO_LARGE`
 */
export async function fetchManifest(
  context: RepositoryContext,
  descriptor: Descriptor,
  { signal }: Abortable,
): Promise<Uint8Array> {
  const action = describe(context, 'pull', descriptor.digest)
  return failover(context, 'pull', signal, async (endpoint) => {
    const { response, bytes } = await context.transport.exchangeBytes(
      endpoint,
      {
        method: 'GET',
        target: `${endpoint.repository}/manifests/${descriptor.digest}`,
        action,
        scopes: [repositoryScope(endpoint.repository, 'pull')],
        headers: { accept: `${descriptor.mediaType}, ${acceptedTypes}` },
        signal,
      },
      maxManifestSize,
    )
    await expectStatus(response, [200], endpoint, action, 'manifest')
    const type = contentType(response)
    if (!generic.has(type) && type !== descriptor.mediaType.toLowerCase()) {
      throw new RegistryError(
        'ERR_MEDIA_TYPE_MISMATCH',
        `${action}: expected ${descriptor.mediaType}, the registry announces ${type}`,
        { host: endpoint.base.host, hint: 'the registry is faulty, or the index names the wrong type' },
      )
    }
    verifyBytes(bytes as Buffer, descriptor, action)
    return bytes as Buffer
  })
}

/** Stores a manifest under a tag, or by digest alone. Returns whether the registry keeps the list of referrers itself. */
export async function storeManifest(
  context: RepositoryContext,
  descriptor: Descriptor,
  bytes: Uint8Array,
  { signal, reference }: PutManifestOptions,
): Promise<boolean> {
  verifyBytes(bytes, descriptor)
  const object = reference?.tag ?? descriptor.digest
  const action = describe(context, 'push', object)
  return failover(context, 'push', signal, async (endpoint) => {
    const response = await context.transport.exchange(endpoint, {
      method: 'PUT',
      target: `${endpoint.repository}/manifests/${object}`,
      action,
      scopes: [repositoryScope(endpoint.repository, 'pull', 'push')],
      headers: { 'content-type': descriptor.mediaType },
      body: [bytes],
      signal,
    })
    await expectStatus(response, [201, 200, 202], endpoint, action, 'manifest')
    discard(response)
    const stored = announcedDigest(response)
    if (
      stored !== undefined &&
      stored !== descriptor.digest &&
      digestAlgorithm(stored) === digestAlgorithm(descriptor.digest)
    ) {
      throw digestMismatch(`${action}: the registry stored something else`, descriptor.digest, stored)
    }
    return response.headers['oci-subject'] !== undefined
  })
}

/** Whether a manifest is there, by HEAD. */
export async function hasManifest(
  context: RepositoryContext,
  endpoint: Endpoint,
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const action = describe(context, 'look for', digest)
  const response = await context.transport.exchange(endpoint, {
    method: 'HEAD',
    target: `${endpoint.repository}/manifests/${digest}`,
    action,
    scopes: [repositoryScope(endpoint.repository, 'pull', 'push')],
    headers: { accept: acceptedTypes },
    signal,
  })
  await expectStatus(response, [200, 404], endpoint, action, 'manifest')
  discard(response)
  return response.status === 200
}
