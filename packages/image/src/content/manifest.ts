import { CofferdamError } from '@cofferdam/core'
import { parseDigest } from '../reference/digest.js'
import type { Descriptor, Index, Manifest } from './descriptor.js'
import { parseJson } from './json.js'
import { isIndexType, isManifestType, mediaTypes } from './media-types.js'

/** Bytes of the largest manifest or index that is read; registries need not take more (distribution-spec). */
export const maxManifestSize = 4 * 1024 * 1024

type Fields = Record<string, unknown>

function invalid(name: string, reason: string): CofferdamError {
  return new CofferdamError('ERR_INVALID_MANIFEST', `${name}: ${reason}`, {
    hint: 'the document is damaged or made by a faulty tool; build or push the image again',
  })
}

function fields(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(name, 'not an object')
  // JSON null means absent (image-spec, considerations.md).
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
}

function optional(object: Fields, key: string, test: (value: unknown) => boolean, name: string): void {
  const value = object[key]
  if (value !== undefined && !test(value)) throw invalid(name, `${key} is of the wrong type`)
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const isTextMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText)

/**
 * Checks an object as a descriptor; fields it does not know stay.
 * @throws CofferdamError `ERR_INVALID_MANIFEST`, `ERR_INVALID_DIGEST`
 */
export function parseDescriptor(value: unknown, name = 'descriptor'): Descriptor {
  const object = fields(value, name)
  const { mediaType, size } = object
  if (!isText(mediaType) || mediaType === '') throw invalid(name, 'mediaType is missing')
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(name, `size ${JSON.stringify(size)} is no number of bytes`)
  }
  const digest = parseDigest(object['digest'], `${name}.digest`)
  optional(object, 'urls', isTexts, name)
  optional(object, 'annotations', isTextMap, name)
  optional(object, 'data', isText, name)
  optional(object, 'artifactType', isText, name)
  if (object['platform'] !== undefined) {
    const platform = fields(object['platform'], `${name}.platform`)
    for (const key of ['architecture', 'os']) {
      if (!isText(platform[key])) throw invalid(`${name}.platform`, `${key} is missing`)
    }
    optional(platform, 'variant', isText, `${name}.platform`)
    return { ...object, mediaType, size, digest, platform: platform as never }
  }
  return { ...object, mediaType, size, digest } as Descriptor
}

function descriptors(value: unknown, name: string): Descriptor[] {
  if (!Array.isArray(value)) throw invalid(name, 'not a list')
  return value.map((item, index) => parseDescriptor(item, `${name}[${index}]`))
}

function checkType(object: Fields, expected: string | undefined, name: string): string {
  const { mediaType } = object
  optional(object, 'mediaType', isText, name)
  if (expected !== undefined && mediaType !== undefined && mediaType !== expected) {
    throw new CofferdamError(
      'ERR_MEDIA_TYPE_MISMATCH',
      `${name}: announced as ${expected}, but says of itself ${JSON.stringify(mediaType)}`,
      { hint: 'a document that two readers take for different things is refused (CVE-2021-41190)' },
    )
  }
  return (
    expected ??
    (mediaType as string | undefined) ??
    (object['manifests'] ? mediaTypes.index : mediaTypes.manifest)
  )
}

/**
 * Parses and checks an image manifest or image index, of OCI or Docker (schema 2).
 * @param expected the media type it is announced with (descriptor, Content-Type)
 * @throws CofferdamError `ERR_INVALID_MANIFEST`, `ERR_INVALID_JSON`, `ERR_MEDIA_TYPE_MISMATCH`,
 * `ERR_UNSUPPORTED_MANIFEST`, `ERR_TOO_LARGE`
 */
export function parseManifest(bytes: Uint8Array, expected?: string, name = 'manifest'): Manifest | Index {
  if (bytes.length > maxManifestSize) {
    throw new CofferdamError(
      'ERR_TOO_LARGE',
      `${name}: ${bytes.length} bytes; ${maxManifestSize} are the limit`,
    )
  }
  const object = fields(parseJson(bytes, name), name)
  const mediaType = checkType(object, expected, name)
  const index = isIndexType(mediaType)
  if (!index && !isManifestType(mediaType)) {
    const old = mediaType === mediaTypes.dockerManifestV1 || mediaType === mediaTypes.dockerManifestV1Signed
    throw new CofferdamError(
      'ERR_UNSUPPORTED_MANIFEST',
      `${name}: manifests of type ${mediaType} are not supported`,
      {
        hint: old
          ? "this is Docker's manifest of schema 1, withdrawn in 2017: push the image again with a current tool"
          : 'an OCI or Docker (schema 2) manifest or index is needed',
      },
    )
  }
  if (object['schemaVersion'] !== 2) {
    throw invalid(name, `schemaVersion is ${JSON.stringify(object['schemaVersion'])} instead of 2`)
  }
  if ('manifests' in object && ('config' in object || 'layers' in object)) {
    throw invalid(name, 'it is an index and a manifest at once')
  }
  optional(object, 'artifactType', isText, name)
  optional(object, 'annotations', isTextMap, name)
  const subject =
    object['subject'] === undefined ? {} : { subject: parseDescriptor(object['subject'], `${name}.subject`) }
  const common = { ...object, schemaVersion: 2 as const, mediaType, ...subject }
  return index
    ? { ...common, manifests: descriptors(object['manifests'], `${name}.manifests`) }
    : {
        ...common,
        config: parseDescriptor(object['config'], `${name}.config`),
        layers: descriptors(object['layers'], `${name}.layers`),
      }
}

/** Tells the two results of {@link parseManifest} apart. */
export function isIndex(document: Manifest | Index): document is Index {
  return 'manifests' in document
}
