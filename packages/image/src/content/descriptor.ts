import type { Digest } from '../reference/digest.js'

/** The platform an image runs on. Source: image-spec image-index.md, `platform`. */
export interface Platform {
  /** CPU, as GOARCH names it: `amd64`, `arm64`. */
  readonly architecture: string
  /** Operating system, as GOOS names it: `linux`. */
  readonly os: string
  readonly 'os.version'?: string
  readonly 'os.features'?: readonly string[]
  /** Variant of the CPU: `v7` of arm, `v3` of amd64. */
  readonly variant?: string
}

/** Names content by type, digest and size. Source: image-spec descriptor.md. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  /** Size in bytes. */
  readonly size: number
  /** Other places of the content. They are of whoever wrote the image: fetched without credentials or not at all. */
  readonly urls?: readonly string[]
  readonly annotations?: Readonly<Record<string, string>>
  /** The content itself, base64. */
  readonly data?: string
  readonly artifactType?: string
  readonly platform?: Platform
}

/** A parsed image manifest. Source: image-spec manifest.md. */
export interface Manifest {
  readonly schemaVersion: 2
  readonly mediaType: string
  readonly artifactType?: string
  readonly config: Descriptor
  /** The lowest layer is first. */
  readonly layers: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Readonly<Record<string, string>>
}

/** A parsed image index. Source: image-spec image-index.md. */
export interface Index {
  readonly schemaVersion: 2
  readonly mediaType: string
  readonly artifactType?: string
  readonly manifests: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Readonly<Record<string, string>>
}
