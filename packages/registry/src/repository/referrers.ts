import { isCofferdamError } from '@cofferdam/core'
import {
  computeDigest,
  digestAlgorithm,
  digestEncoded,
  isIndex,
  isIndexType,
  isManifestType,
  maxManifestSize,
  mediaTypes,
  parseManifest,
  type Abortable,
  type Descriptor,
  type Digest,
  type Index,
  type Manifest,
} from '@cofferdam/image'
import { repositoryScope } from '../auth/authorizer.js'
import { RegistryError } from '../errors.js'
import { nextLink } from '../http/link.js'
import { describe, expectStatus, failover, type RepositoryContext } from './context.js'
import { contentType, fetchManifest, resolve, storeManifest } from './manifests.js'

const maxPages = 100

/** Options of listing referrers. */
export interface ReferrersOptions extends Abortable {
  /** Only artifacts of this type, like `application/vnd.example.sbom`. */
  readonly artifactType?: string
}

/** The tag that lists the referrers of a digest where the registry does not (distribution-spec, Referrers Tag Schema). */
export function fallbackTag(digest: Digest): string {
  return `${digestAlgorithm(digest).slice(0, 32)}-${digestEncoded(digest).slice(0, 64)}`
}

async function readFallback(
  context: RepositoryContext,
  digest: Digest,
  options: Abortable,
): Promise<Index | undefined> {
  let descriptor: Descriptor
  try {
    descriptor = await resolve(context, { tag: fallbackTag(digest) }, options)
  } catch (error) {
    if (isCofferdamError(error) && error.code === 'ERR_MANIFEST_UNKNOWN') return undefined
    throw error
  }
  const document = parseManifest(await fetchManifest(context, descriptor, options), descriptor.mediaType)
  return isIndex(document) ? document : undefined
}

async function writeFallback(
  context: RepositoryContext,
  digest: Digest,
  manifests: readonly Descriptor[],
  options: Abortable,
): Promise<void> {
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests }
  const bytes = Buffer.from(JSON.stringify(index))
  const descriptor = { mediaType: mediaTypes.index, digest: computeDigest(bytes), size: bytes.length }
  await storeManifest(context, descriptor, bytes, {
    ...options,
    reference: { ...context.name, tag: fallbackTag(digest) },
  })
}

function readSubject(descriptor: Descriptor, bytes: Uint8Array): Manifest | Index | undefined {
  if (!isIndexType(descriptor.mediaType) && !isManifestType(descriptor.mediaType)) return undefined
  const document = parseManifest(bytes, descriptor.mediaType)
  return document.subject === undefined ? undefined : document
}

/** Adds a pushed manifest with a subject to the subject's fallback list, for registries that keep none. */
export async function recordReferrer(
  context: RepositoryContext,
  descriptor: Descriptor,
  bytes: Uint8Array,
  options: Abortable,
): Promise<void> {
  const document = readSubject(descriptor, bytes)
  if (document?.subject === undefined) return
  const artifactType = document.artifactType ?? (isIndex(document) ? undefined : document.config.mediaType)
  const { mediaType, digest, size } = descriptor
  const entry: Descriptor = {
    mediaType,
    digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(document.annotations === undefined ? {} : { annotations: document.annotations }),
  }
  const current = (await readFallback(context, document.subject.digest, options))?.manifests ?? []
  if (current.some((item) => item.digest === digest)) return
  await writeFallback(context, document.subject.digest, [...current, entry], options)
}

/** Takes a manifest that is being deleted out of its subject's fallback list. */
export async function forgetReferrer(
  context: RepositoryContext,
  descriptor: Descriptor,
  bytes: Uint8Array,
  options: Abortable,
): Promise<void> {
  const subject = readSubject(descriptor, bytes)?.subject
  const current =
    subject === undefined ? undefined : (await readFallback(context, subject.digest, options))?.manifests
  const rest = current?.filter((item) => item.digest !== descriptor.digest)
  if (subject === undefined || rest === undefined || rest.length === current?.length) return
  await writeFallback(context, subject.digest, rest, options)
}

/**
 * The manifests whose subject is `digest`: signatures, SBOMs. Registries without the API are asked by the fallback tag.
 * Source: distribution-spec, Listing Referrers.
 */
export async function listReferrers(
  context: RepositoryContext,
  digest: Digest,
  options: ReferrersOptions,
): Promise<Descriptor[]> {
  const { signal, artifactType } = options
  const action = describe(context, 'list referrers of', digest)
  const suits = (item: Descriptor): boolean =>
    artifactType === undefined || item.artifactType === artifactType
  const abort = signal === undefined ? {} : { signal }
  const pages = await failover(context, 'pull', signal, async (endpoint) => {
    const found: Descriptor[] = []
    const query = artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`
    let target: string | URL | undefined = `${endpoint.repository}/referrers/${digest}${query}`
    for (let page = 0; target !== undefined; page += 1) {
      if (page === maxPages) {
        throw new RegistryError('ERR_REGISTRY_PROTOCOL', `${action}: more than ${maxPages} pages`, {
          host: endpoint.base.host,
        })
      }
      const { response, bytes } = await context.transport.exchangeBytes(
        endpoint,
        {
          method: 'GET',
          target,
          action,
          scopes: [repositoryScope(endpoint.repository, 'pull')],
          headers: { accept: mediaTypes.index },
          signal,
        },
        maxManifestSize,
      )
      if (
        page === 0 &&
        (response.status === 404 || (response.status === 200 && contentType(response) !== mediaTypes.index))
      ) {
        response.body.resume()
        return undefined
      }
      await expectStatus(response, [200], endpoint, action, 'other')
      const document = parseManifest(bytes as Buffer, mediaTypes.index, action) as Index
      found.push(...document.manifests)
      target = nextLink(response.headers.link, response.url)
    }
    return found
  })
  const list = pages ?? (await readFallback(context, digest, abort))?.manifests ?? []
  return list.filter(suits)
}
