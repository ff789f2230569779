import type { Cgroup } from '@cofferdam/cgroups'
import type { SpawnerClient } from '@cofferdam/process'
import type { Spec } from '../spec/types.js'
import type { CgroupSettings } from './cgroup.js'
import type { StdioEntry, TtyOptions } from './stdio.js'

/** Where containers come from: a bundle, or a specification with a root file system. */
export type ContainerSource =
  /** Directory with config.json. */
  | { readonly bundle: string; readonly spec?: undefined }
  /** An object as config.json has it; relative paths in it count from `bundle`. */
  | {
      readonly spec: Spec
      readonly bundle?: string
      /** A detached mount (fsmount(2)) that takes the place of `root.path`; stays open. */
      readonly rootfs?: number
    }

/** What a new container is made of. */
export type CreateOptions = ContainerSource & {
  /** Standard input, output and error; three times `ignore` unless given. Not with `process.terminal`. */
  readonly stdio?: readonly StdioEntry[]
  /** The terminal's size, for `process.terminal`. */
  readonly tty?: TtyOptions
  /** `fd`: the terminal's master is only kept as a descriptor, to be handed to someone else. */
  readonly terminal?: 'stream' | 'fd'
  /**
   * An open network namespace, instead of the one of the specification; stays open. A promise is waited for when all else
   * is ready; where it comes to undefined, the specification holds.
   */
  readonly netns?: number | Promise<number | undefined>
  /** Its cgroup, begun by `createCgroup` with the specification's path and limits; undone with a launch that fails. */
  readonly cgroup?: Promise<Cgroup>
  /** Descriptors the program gets from 3 on. */
  readonly extraFds?: readonly number[]
  /** A small init as pid 1 that forwards signals to the program and reaps, like `docker run --init`. */
  readonly init?: boolean
  /** Outlives this process, which then hears nothing of its end. */
  readonly detached?: boolean
  /**
   * Who starts it and is its parent: a monitor, for a container whose end is heard of when this process is gone. It does
   * not keep the event loop alive.
   */
  readonly spawner?: SpawnerClient
  readonly signal?: AbortSignal
}

/** A runtime's settings. */
export interface RuntimeOptions extends CgroupSettings {
  /** Directory of the state of all containers, shared by processes: `/run/cofferdam/runtime` unless given. */
  readonly root?: string
}
