import { isCofferdamError } from '@cofferdam/core'
import { formatReference, type RepositoryName } from '@cofferdam/image'
import { RegistryError } from '../errors.js'
import type { Capability, Endpoint } from '../hosts/endpoint.js'
import { answerError, mayFailOver, type Subject } from '../http/answer.js'
import type { HttpResponse } from '../http/request.js'
import type { Transport } from '../transport.js'

/** What the verbs of a repository work with. */
export interface RepositoryContext {
  readonly name: RepositoryName
  readonly transport: Transport
  /** Bytes of one request of a chunked push. */
  readonly chunkSize: number
  /** Endpoints in the order of the configuration. */
  endpoints(): Promise<Endpoint[]>
}

/** The repository's canonical name, with what is wanted of it. */
export function describe(context: RepositoryContext, verb: string, object: string): string {
  const separator = object.includes(':') ? '@' : ':'
  return `${verb} ${formatReference(context.name)}${object === '' ? '' : separator + object}`
}

function combine(errors: readonly unknown[]): unknown {
  const [only, ...others] = errors
  if (others.length === 0) return only
  const known = errors.filter((error): error is RegistryError => isCofferdamError(error) && 'host' in error)
  // An answer says more than silence, and the registry itself (the last) more than a mirror.
  const chosen = known.findLast((error) => error.status !== undefined) ?? known.at(-1)
  if (chosen === undefined) return errors.at(-1)
  const rest = known.filter((error) => error !== chosen).map((error) => `${error.host}: ${error.code}`)
  return new RegistryError(chosen.code, `${chosen.message} (also tried ${rest.join(', ')})`, {
    host: chosen.host,
    registryCodes: chosen.registryCodes,
    cause: new AggregateError(errors, 'every endpoint failed'),
    ...(chosen.status === undefined ? {} : { status: chosen.status }),
    ...(chosen.hint === undefined ? {} : { hint: chosen.hint }),
    ...(chosen.errno === undefined ? {} : { errno: chosen.errno }),
  })
}

/** The endpoints that can do something, those in reach first. */
export async function endpointsFor(
  context: RepositoryContext,
  capability: Capability,
  byDigest = false,
): Promise<Endpoint[]> {
  const all = await context.endpoints()
  return context.transport.order(
    all.filter(
      ({ capabilities, tagsOnly }) => capabilities.has(capability) && !(byDigest && tagsOnly === true),
    ),
  )
}

/** Tries the endpoints that can do something one after the other. */
export async function failover<T>(
  context: RepositoryContext,
  capability: Capability,
  signal: AbortSignal | undefined,
  work: (endpoint: Endpoint) => Promise<T>,
  byDigest = false,
): Promise<T> {
  const errors: unknown[] = []
  for (const endpoint of await endpointsFor(context, capability, byDigest)) {
    try {
      return await work(endpoint)
    } catch (error) {
      signal?.throwIfAborted()
      if (!mayFailOver(error)) throw error
      if (isCofferdamError(error) && error.code === 'ERR_REGISTRY_UNREACHABLE')
        context.transport.markDown(endpoint)
      errors.push(error)
    }
  }
  if (errors.length > 0) throw combine(errors)
  throw new RegistryError(
    'ERR_REGISTRY_REFUSED',
    `${formatReference(context.name)}: no host may ${capability}`,
    {
      host: context.name.registry,
      hint: 'see the capabilities in hosts.toml',
    },
  )
}

/** Throws the error of an answer unless its status is one of those expected. */
export async function expectStatus(
  response: HttpResponse,
  statuses: readonly number[],
  endpoint: Endpoint,
  action: string,
  subject: Subject,
): Promise<HttpResponse> {
  if (statuses.includes(response.status)) return response
  throw await answerError(response, action, endpoint.base.host, subject)
}
