import { parseManifest, type Abortable, type Digest } from '@cofferdam/image'
import { repositoryScope } from '../auth/authorizer.js'
import { discard } from '../http/request.js'
import { describe, expectStatus, failover, type RepositoryContext } from './context.js'
import { fetchManifest, resolve } from './manifests.js'
import { forgetReferrer } from './referrers.js'

async function remove(
  context: RepositoryContext,
  kind: 'manifests' | 'blobs',
  object: string,
  { signal }: Abortable,
): Promise<void> {
  const action = describe(context, 'delete', object)
  await failover(context, 'push', signal, async (endpoint) => {
    const response = await context.transport.exchange(endpoint, {
      method: 'DELETE',
      target: `${endpoint.repository}/${kind}/${object}`,
      action,
      scopes: [repositoryScope(endpoint.repository, 'pull', 'push', 'delete')],
      signal,
    })
    await expectStatus(response, [202, 200, 204], endpoint, action, kind === 'blobs' ? 'blob' : 'manifest')
    discard(response)
  })
}

/** Deletes a tag; registries that only delete by digest answer 405, `ERR_REGISTRY_REFUSED`. */
export function deleteTag(context: RepositoryContext, tag: string, options: Abortable): Promise<void> {
  return remove(context, 'manifests', tag, options)
}

/** Deletes a manifest with all its tags, and takes it out of its subject's fallback list. */
export async function deleteManifest(
  context: RepositoryContext,
  digest: Digest,
  options: Abortable,
): Promise<void> {
  const descriptor = await resolve(context, { digest }, options)
  const bytes = await fetchManifest(context, descriptor, options)
  await remove(context, 'manifests', digest, options)
  if (parseManifest(bytes, descriptor.mediaType).subject !== undefined) {
    await forgetReferrer(context, descriptor, bytes, options)
  }
}

/** Deletes a blob. */
export function deleteBlob(context: RepositoryContext, digest: Digest, options: Abortable): Promise<void> {
  return remove(context, 'blobs', digest, options)
}
