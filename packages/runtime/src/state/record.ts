import type { Spec } from '../spec/types.js'

/** Version of {@link StateRecord}; a reader accepts its own and the one before. */
export const STATE_VERSION = 1

/** Status of a container, runtime-spec runtime.md "State". */
export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped'

/** What a container's state.json holds. */
export interface StateRecord {
  readonly version: number
  readonly id: string
  /** Process in this pid namespace; 0 while creating. */
  readonly pid: number
  /** Start time of the process in clock ticks after boot (/proc/PID/stat field 22): a pid alone may be reused. */
  readonly startTime: string
  /** Boot the pid belongs to (/proc/sys/kernel/random/boot_id). */
  readonly bootId: string
  /** Absolute path of the bundle; empty for a container from an object. */
  readonly bundle: string
  /** Absolute path of the root file system; empty for a detached mount. */
  readonly rootfs: string
  /** RFC 3339. */
  readonly created: string
  /** Path of the cgroup below every hierarchy; undefined without cgroups. */
  readonly cgroup?: string
  readonly spec: Spec
}

/** State of a container as the specification has it, with `rootfs` and `created` as runc and crun add. */
export interface ContainerState {
  readonly ociVersion: string
  readonly id: string
  readonly status: Status
  /** 0 when stopped. */
  readonly pid: number
  readonly bundle: string
  readonly rootfs: string
  readonly created: string
  readonly annotations?: Readonly<Record<string, string>>
}
