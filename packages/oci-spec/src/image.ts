import {
  isDescriptor,
  isManifest,
  isIndex,
  isImageLayout,
  isImageConfig,
} from './generated/image-validators.js'
import type { Descriptor, ImageConfig, ImageLayout, Index, Manifest } from './generated/image.js'
import { parseJson } from './json.js'
import { checker } from './problem.js'
import { ambiguityProblems } from './rules.js'

const check = checker('ERR_INVALID_IMAGE')

/** Throws ERR_INVALID_IMAGE, with the first place that is wrong, unless `value` is a content descriptor (image-spec descriptor.md). */
export function validateDescriptor(value: unknown): asserts value is Descriptor {
  check<Descriptor>('the descriptor', isDescriptor, value)
}

/** Reads a content descriptor from its bytes; throws ERR_INVALID_JSON or ERR_INVALID_IMAGE. */
export function parseDescriptor(bytes: Uint8Array | string): Descriptor {
  const value = parseJson(bytes, { name: 'the descriptor' })
  validateDescriptor(value)
  return value
}

/** Throws ERR_INVALID_IMAGE, with the first place that is wrong, unless `value` is an image manifest (image-spec manifest.md; Docker schema 2). */
export function validateManifest(value: unknown): asserts value is Manifest {
  check<Manifest>('the manifest', isManifest, value, (manifest) =>
    ambiguityProblems(manifest, ['manifests', 'fsLayers'], 'a manifest'),
  )
}

/** Reads an image manifest from its bytes; throws ERR_INVALID_JSON or ERR_INVALID_IMAGE. */
export function parseManifest(bytes: Uint8Array | string): Manifest {
  const value = parseJson(bytes, { name: 'the manifest' })
  validateManifest(value)
  return value
}

/** Throws ERR_INVALID_IMAGE, with the first place that is wrong, unless `value` is an image index (image-spec image-index.md; Docker manifest list). */
export function validateIndex(value: unknown): asserts value is Index {
  check<Index>('the index', isIndex, value, (index) =>
    ambiguityProblems(index, ['layers', 'config', 'fsLayers'], 'an index'),
  )
}

/** Reads an image index from its bytes; throws ERR_INVALID_JSON or ERR_INVALID_IMAGE. */
export function parseIndex(bytes: Uint8Array | string): Index {
  const value = parseJson(bytes, { name: 'the index' })
  validateIndex(value)
  return value
}

/** Throws ERR_INVALID_IMAGE, with the first place that is wrong, unless `value` is the file `oci-layout` (image-spec image-layout.md). */
export function validateImageLayout(value: unknown): asserts value is ImageLayout {
  check<ImageLayout>('oci-layout', isImageLayout, value)
}

/** Reads the file `oci-layout` from its bytes; throws ERR_INVALID_JSON or ERR_INVALID_IMAGE. */
export function parseImageLayout(bytes: Uint8Array | string): ImageLayout {
  const value = parseJson(bytes, { name: 'oci-layout' })
  validateImageLayout(value)
  return value
}

/** Throws ERR_INVALID_IMAGE, with the first place that is wrong, unless `value` is an image configuration (image-spec config.md). */
export function validateImageConfig(value: unknown): asserts value is ImageConfig {
  check<ImageConfig>('the image configuration', isImageConfig, value)
}

/** Reads an image configuration from its bytes; throws ERR_INVALID_JSON or ERR_INVALID_IMAGE. */
export function parseImageConfig(bytes: Uint8Array | string): ImageConfig {
  const value = parseJson(bytes, { name: 'the image configuration' })
  validateImageConfig(value)
  return value
}
