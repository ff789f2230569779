import type { ImageConfig } from '@cofferdam/oci-spec'

/** What an image says about how its containers are run (image-spec config.md). */
export interface ImageDefaults {
  /** `NAME=value` each. */
  readonly env: readonly string[]
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** As written: `user`, `uid`, `user:group`, `uid:gid`; empty for root. See {@link resolveUser}. */
  readonly user: string
  /** `/` unless the image has one. */
  readonly workingDir: string
  /** Like `SIGTERM` or `15`. */
  readonly stopSignal?: string
  /** Paths. */
  readonly volumes: readonly string[]
  /** Like `80/tcp`. */
  readonly exposedPorts: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** The defaults of an image; what is null or missing is empty. */
export function imageDefaults(image: ImageConfig): ImageDefaults {
  const config = image.config ?? {}
  return {
    env: config.Env ?? [],
    entrypoint: config.Entrypoint ?? [],
    cmd: config.Cmd ?? [],
    user: config.User ?? '',
    workingDir: config.WorkingDir || '/',
    ...(config.StopSignal ? { stopSignal: config.StopSignal } : {}),
    volumes: Object.keys(config.Volumes ?? {}),
    exposedPorts: Object.keys(config.ExposedPorts ?? {}),
    labels: config.Labels ?? {},
  }
}
