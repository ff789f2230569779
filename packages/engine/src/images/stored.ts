import type { ImageConfig } from '@cofferdam/oci-spec'

/** An image that is in the store, unpacked. */
export interface StoredImage {
  /** Familiar name, like `alpine:3.22`. */
  readonly name: string
  /** Digest of the manifest. */
  readonly digest: string
  /** Digest of the configuration. */
  readonly id: string
  readonly config: ImageConfig
  /** Directories of the layers, the topmost first. */
  readonly layers: readonly string[]
  /** Digests of the layers' archives, the lowest first. */
  readonly diffIds: readonly string[]
}
