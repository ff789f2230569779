import type { Abortable } from '@cofferdam/image'
import { repositoryScope } from '../auth/authorizer.js'
import { RegistryError } from '../errors.js'
import { nextLink } from '../http/link.js'
import { describe, expectStatus, failover, type RepositoryContext } from './context.js'

const maxPages = 1000
const maxPageSize = 4 * 1024 * 1024

/** Options of listing tags. */
export interface TagsOptions extends Abortable {
  /** Tags of one page; the registry's choice unless given. */
  readonly pageSize?: number
}

/** The tags of a repository, page by page, like `skopeo list-tags`. Source: distribution-spec, Listing Tags. */
export async function* listTags(
  context: RepositoryContext,
  { signal, pageSize }: TagsOptions,
): AsyncGenerator<string, void, undefined> {
  const action = describe(context, 'list tags of', '')
  const query = pageSize === undefined ? '' : `?n=${pageSize}`
  let next: URL | undefined
  for (let page = 0; page === 0 || next !== undefined; page += 1) {
    const found = await failover(context, 'resolve', signal, async (endpoint) => {
      if (page === maxPages) {
        throw new RegistryError('ERR_REGISTRY_PROTOCOL', `${action}: more than ${maxPages} pages`, {
          host: endpoint.base.host,
        })
      }
      const own = next?.origin === endpoint.base.origin ? next : undefined
      const { response, bytes } = await context.transport.exchangeBytes(
        endpoint,
        {
          method: 'GET',
          target: own ?? `${endpoint.repository}/tags/list${query}`,
          action,
          scopes: [repositoryScope(endpoint.repository, 'pull')],
          signal,
        },
        maxPageSize,
      )
      await expectStatus(response, [200], endpoint, action, 'manifest')
      let tags: unknown
      try {
        tags = (JSON.parse((bytes as Buffer).toString('utf8')) as { tags?: unknown } | null)?.tags ?? []
      } catch {
        tags = undefined
      }
      if (
        !Array.isArray(tags) ||
        !tags.every((tag) => typeof tag === 'string' && /^\w[\w.-]{0,127}$/.test(tag))
      ) {
        throw new RegistryError('ERR_REGISTRY_PROTOCOL', `${action}: the answer is no list of tags`, {
          host: endpoint.base.host,
        })
      }
      return { tags: tags as string[], link: nextLink(response.headers.link, response.url) }
    })
    yield* found.tags
    next = found.link
  }
}
