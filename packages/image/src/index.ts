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
export { parseJson } from './content/json.js'
export { parseManifest, parseDescriptor, isIndex, maxManifestSize } from './content/manifest.js'
export {
  choosePlatform,
  formatPlatform,
  hostPlatform,
  normalisePlatform,
  parsePlatform,
  platformRuns,
} from './content/platform.js'
export { verifyBytes, verifyStream, digestMismatch, sizeMismatch } from './content/verify.js'
export { MemoryStore } from './content/memory.js'
export { copyImage } from './copy/copy-image.js'
export type { CopyImageOptions, CopiedImage, CopiedManifest } from './copy/copy-image.js'
export type { CopyProgress, ProgressListener } from './copy/transfer.js'
export { imageDefaults } from './config/defaults.js'
export type { ImageDefaults } from './config/defaults.js'
export { ImageLayout } from './layout/layout.js'
export type { NamedDescriptor, TappedBlobOptions } from './layout/layout.js'
export type { IngestTap } from './layout/ingest.js'
export { ImageStore } from './store/store.js'
export type { SweepOptions } from './layout/temporary.js'
export type { ImageName, ImageStoreOptions, StoredImage } from './store/store.js'
export type { PruneOptions, PruneResult } from './store/prune.js'
export { PullLeases } from './store/leases.js'
export type { UnpackingOptions } from './store/unpacking.js'
export { LayerStore } from './layer/layers.js'
export type { KeepLayers, StagedLayer } from './layer/layers.js'
export { LayerUnpack, unpackLayer } from './layer/unpack.js'
export type { UnpackOptions, UnpackedLayer } from './layer/unpack.js'
export type { LayerLimits, LayerTotals } from './layer/protocol.js'
export type { LayerProgram, LayerProgramOptions, LayerStarter } from './layer/program.js'
export { containerArgv, containerEnv } from './config/process.js'
export { resolveUser } from './config/user.js'
export type { ResolvedUser } from './config/user.js'
export { packDirectory } from './pack/tar.js'
export type { PackOptions } from './pack/walk.js'
export { addLayer } from './pack/layer.js'
export type { AddLayerOptions, AddedLayer, LayerInput } from './pack/layer.js'
export { buildImage } from './pack/build.js'
export type { BuildImageOptions } from './pack/build.js'
export { confinedStarter, layerPlan } from './layer/confined.js'
export { plainStarter } from './layer/program.js'
