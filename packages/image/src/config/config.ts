import { CofferdamError } from '@cofferdam/core'
import { parseImageConfig, type ImageConfig } from '@cofferdam/oci-spec'
import type { Manifest } from '../content/descriptor.js'
import { mediaTypes } from '../content/media-types.js'
import { digestAlgorithm, parseDigest, type Digest } from '../reference/digest.js'

/** Bytes of the largest image configuration that is read. */
export const maxConfigSize = 4 * 1024 * 1024

/** Whether a manifest is of an image that containers can be made of, not of another artifact. */
export function isImageManifest(manifest: Manifest): boolean {
  const { mediaType } = manifest.config
  return mediaType === mediaTypes.config || mediaType === mediaTypes.dockerConfig
}

/**
 * The diff ids of an image's layers, lowest first.
 * @throws CofferdamError `ERR_INVALID_IMAGE`, `ERR_INVALID_DIGEST`, `ERR_UNSUPPORTED_LAYER`
 */
export function diffIds(config: ImageConfig, manifest: Manifest): Digest[] {
  const ids = config.rootfs.diff_ids.map((id, index) => parseDigest(id, `rootfs.diff_ids[${index}]`))
  if (ids.length !== manifest.layers.length) {
    throw new CofferdamError(
      'ERR_INVALID_IMAGE',
      `image ${manifest.config.digest}: ${manifest.layers.length} layers, but ${ids.length} diff ids`,
      { hint: 'the image is damaged or made by a faulty tool; build or push it again' },
    )
  }
  const other = ids.find((id) => digestAlgorithm(id) !== 'sha256')
  if (other !== undefined) {
    throw new CofferdamError(
      'ERR_UNSUPPORTED_LAYER',
      `image ${manifest.config.digest}: the diff id ${other} is not a SHA-256`,
      {
        hint: 'layers are known by the SHA-256 of their archives; build the image with a tool that writes it',
      },
    )
  }
  return ids
}

/** The configuration in `bytes`. @throws CofferdamError `ERR_INVALID_IMAGE`, `ERR_INVALID_JSON`, `ERR_TOO_LARGE` */
export function readConfig(bytes: Uint8Array, name: string): ImageConfig {
  if (bytes.length > maxConfigSize) {
    throw new CofferdamError(
      'ERR_TOO_LARGE',
      `${name}: ${bytes.length} bytes; ${maxConfigSize} are the limit`,
    )
  }
  return parseImageConfig(bytes)
}
