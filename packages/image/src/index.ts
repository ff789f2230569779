/**
 * Image references, content interfaces, OCI image layout, layers.
 * @packageDocumentation
 */
export {
  parseDigest,
  isDigest,
  computeDigest,
  finishDigest,
  digestAlgorithm,
  digestEncoded,
} from './reference/digest.js'
export type { Digest, DigestAlgorithm } from './reference/digest.js'
export { InvalidReferenceError } from './reference/error.js'
export { parseReference, parseRepository, formatReference, familiarReference } from './reference/reference.js'
export type { Reference, RepositoryName } from './reference/reference.js'
export {
  mediaTypes,
  isIndexType,
  isManifestType,
  isNondistributable,
  layerCompression,
} from './content/media-types.js'
export type { Platform, Descriptor, Manifest, Index } from './content/descriptor.js'
export type {
  Abortable,
  FetchBlobOptions,
  BlobSource,
  BlobWriter,
  BlobRole,
  OpenBlobOptions,
  PutManifestOptions,
  BlobSink,
} from './content/blobs.js'
