import type { Digest } from './digest.js'
import { InvalidReferenceError } from './error.js'
import { readReference, type ParsedReference } from './grammar.js'
import { suggestReference } from './suggest.js'

/** A repository of a registry: `docker.io` and `library/alpine`. */
export interface RepositoryName {
  /** Host and port of the registry, as it is named (Docker Hub is `docker.io`; its API host is another). */
  readonly registry: string
  /** Path of the repository, like `library/alpine`. */
  readonly repository: string
}

/**
 * A normalised image reference. With a digest, the digest decides what is fetched and the tag is only a name.
 * At least one of `tag` and `digest` is there.
 */
export interface Reference extends RepositoryName {
  readonly tag?: string
  readonly digest?: Digest
}

const defaultRegistry = 'docker.io'
const legacyRegistry = 'index.docker.io'
const officialPrefix = 'library/'
const defaultTag = 'latest'

function normalise(parsed: ParsedReference): RepositoryName {
  const registry =
    parsed.domain === undefined || parsed.domain === legacyRegistry ? defaultRegistry : parsed.domain
  const repository =
    registry === defaultRegistry && !parsed.path.includes('/') ? officialPrefix + parsed.path : parsed.path
  return { registry, repository }
}

function read(text: string): ParsedReference {
  const parsed = readReference(text)
  if ('reason' in parsed) {
    throw new InvalidReferenceError(text, parsed.at + 1, parsed.reason, suggestReference(text))
  }
  return parsed
}

/**
 * Parses and normalises a reference as Docker does: `alpine` is `docker.io/library/alpine:latest`,
 * `localhost:5000/app@sha256:...` has no tag. Source: github.com/distribution/reference, regexp.go and normalize.go.
 * @throws InvalidReferenceError `ERR_INVALID_REFERENCE` with `column` and, where one is found, `suggestion`
 */
export function parseReference(text: string): Reference {
  const parsed = read(text)
  const tag = parsed.tag ?? (parsed.digest === undefined ? defaultTag : undefined)
  return Object.freeze({
    ...normalise(parsed),
    ...(tag === undefined ? {} : { tag }),
    ...(parsed.digest === undefined ? {} : { digest: parsed.digest }),
  })
}

/**
 * Parses and normalises the name of a repository, without tag or digest.
 * @throws InvalidReferenceError `ERR_INVALID_REFERENCE`
 */
export function parseRepository(text: string): RepositoryName {
  const parsed = read(text)
  if (parsed.tag !== undefined || parsed.digest !== undefined) {
    const domainLength = parsed.domain === undefined ? 0 : parsed.domain.length + 1
    const end = domainLength + parsed.path.length
    throw new InvalidReferenceError(
      text,
      end + 1,
      'a repository is named here, without tag or digest',
      text.slice(0, end),
    )
  }
  return Object.freeze(normalise(parsed))
}

function suffix(reference: RepositoryName & { readonly tag?: string; readonly digest?: Digest }): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  return reference.digest === undefined ? tag : `${tag}@${reference.digest}`
}

/** The canonical text: `docker.io/library/alpine:latest`. {@link parseReference} reads it back unchanged. */
export function formatReference(reference: RepositoryName | Reference): string {
  return `${reference.registry}/${reference.repository}${suffix(reference)}`
}

/** The short text people write: `alpine:latest`, `grafana/loki:3`; other registries keep their name. */
export function familiarReference(reference: RepositoryName | Reference): string {
  const { registry, repository } = reference
  if (registry !== defaultRegistry) return formatReference(reference)
  const short =
    repository.startsWith(officialPrefix) && !repository.slice(officialPrefix.length).includes('/')
      ? repository.slice(officialPrefix.length)
      : repository
  const text = short + suffix(reference)
  const back = readReference(text)
  // A short name such as `localhost/app` of Docker Hub would be read as another registry.
  return 'reason' in back || normalise(back).registry !== registry ? formatReference(reference) : text
}
