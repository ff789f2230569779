// Generated from schemas/image by `npm run codegen`.

/**
 * Configuration of an image: its root file system, history and how to run it. image-spec config.md.
 */
export interface ImageConfig {
  /**
   * RFC 3339.
   */
  created?: string | null
  author?: string
  /**
   * GOARCH, like `amd64`.
   */
  architecture: string
  variant?: string
  /**
   * GOOS, like `linux`.
   */
  os: string
  'os.version'?: string
  'os.features'?: string[] | null
  config?: ExecutionConfig | null
  rootfs: ImageRootfs
  history?: History[] | null
}
/**
 * How a container of the image is run. image-spec config.md, `config`.
 */
export interface ExecutionConfig {
  /**
   * `user`, `uid`, `user:group` or `uid:gid`.
   */
  User?: string
  /**
   * Keys like `80/tcp`.
   */
  ExposedPorts?: {
    [k: string]: {}
  } | null
  /**
   * `NAME=value` each.
   */
  Env?: string[] | null
  Entrypoint?: string[] | null
  Cmd?: string[] | null
  /**
   * Keys are paths.
   */
  Volumes?: {
    [k: string]: {}
  } | null
  WorkingDir?: string
  Labels?: {
    [k: string]: string
  } | null
  /**
   * Name or number.
   */
  StopSignal?: string
  /**
   * Windows only.
   */
  ArgsEscaped?: boolean
  Healthcheck?: Healthcheck | null
  /**
   * Docker's: shell of the shell form.
   */
  Shell?: string[] | null
  /**
   * Docker's: instructions for images built on this.
   */
  OnBuild?: string[] | null
}
/**
 * Docker's health check; times in nanoseconds, 0 is the default.
 */
export interface Healthcheck {
  /**
   * `NONE`, or `CMD` and argv, or `CMD-SHELL` and a command.
   */
  Test?: string[] | null
  Interval?: number
  Timeout?: number
  StartPeriod?: number
  StartInterval?: number
  Retries?: number
}
/**
 * Digests of the uncompressed layers, lowest first.
 */
export interface ImageRootfs {
  type: 'layers'
  diff_ids: string[]
}
/**
 * How a layer came to be.
 */
export interface History {
  /**
   * RFC 3339.
   */
  created?: string | null
  author?: string
  created_by?: string
  comment?: string
  /**
   * It changed no file and has no layer.
   */
  empty_layer?: boolean
}
/**
 * Names content by its type, digest and size. image-spec descriptor.md.
 */
export interface Descriptor {
  /**
   * Type of the content.
   */
  mediaType: string
  /**
   * `algorithm:encoded` of the content.
   */
  digest: string
  /**
   * Bytes of the content.
   */
  size: number
  /**
   * Where else it can be had.
   */
  urls?: string[]
  /**
   * Free data.
   */
  annotations?: {
    [k: string]: string
  } | null
  /**
   * The content itself, in base64.
   */
  data?: string
  /**
   * Type of the artifact it points at.
   */
  artifactType?: string
  platform?: Platform
}
/**
 * Machine an image runs on. image-spec image-index.md.
 */
export interface Platform {
  /**
   * GOARCH, like `amd64`.
   */
  architecture: string
  /**
   * GOOS, like `linux`.
   */
  os: string
  /**
   * Version of the system, on Windows.
   */
  'os.version'?: string
  /**
   * Features needed, on Windows.
   */
  'os.features'?: string[]
  /**
   * Variant of the CPU, like `v8`.
   */
  variant?: string
}
/**
 * One image or artifact: its configuration and layers. image-spec manifest.md. `layers` may be empty: umoci makes such images.
 */
export interface Manifest {
  schemaVersion: 2
  mediaType?: string
  /**
   * Type of an artifact that is no image.
   */
  artifactType?: string
  config: Descriptor
  /**
   * Lowest first.
   */
  layers: Descriptor[]
  subject?: Descriptor
  annotations?: {
    [k: string]: string
  } | null
}
/**
 * Manifests for several platforms. image-spec image-index.md.
 */
export interface Index {
  schemaVersion: 2
  mediaType?: string
  artifactType?: string
  manifests: Descriptor[]
  subject?: Descriptor
  annotations?: {
    [k: string]: string
  } | null
}
/**
 * The file `oci-layout`. image-spec image-layout.md.
 */
export interface ImageLayout {
  imageLayoutVersion: '1.0.0'
}
