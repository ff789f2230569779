import { readdirSync } from 'node:fs'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { requireLinux } from '@cofferdam/sys'
import { createCgroup } from './create.js'
import { attachDeviceRules } from './devices/attach.js'
import { type Directory, directories, directoryOf } from './directories.js'
import { type CgroupEntry, openEntry } from './entry.js'
import { isFrozen, setFrozen } from './freeze.js'
import { killCgroup } from './kill.js'
import { type CgroupLayout, detectLayout } from './layout/detect.js'
import { type CgroupLimits, toResources } from './limits.js'
import { DEFAULT_ROOT, cgroupPath } from './name.js'
import { joinCgroup, readOomKills, readPids } from './processes.js'
import { removeCgroup } from './remove.js'
import { failure, runSteps } from './steps.js'
import { type CgroupStat, readIfThere, readStat } from './stat.js'
import { placeWrites, writeStep } from './write.js'

/** {@link Cgroup.create}'s and {@link Cgroup.open}'s options. */
export interface CgroupOptions {
  /** Where a plain name lies in every hierarchy; `/cofferdam` unless given. */
  readonly root?: string
  /** Take a cgroup of that name that is there already instead of refusing. */
  readonly reuse?: boolean
  /** The host's hierarchies; detected unless given. */
  readonly layout?: CgroupLayout
}

/**
 * A control group: one directory in every hierarchy of the host, v1, hybrid or v2. On a hybrid host it also has a leaf
 * in the v2 hierarchy, for `cgroup.kill`.
 */
export class Cgroup implements AsyncDisposable {
  /** Path from the hierarchies' mount points on, like `/cofferdam/demo`. */
  readonly path: string
  readonly #layout: CgroupLayout
  readonly #directories: readonly Directory[]
  #deleted: Promise<void> | undefined

  private constructor(layout: CgroupLayout, path: string) {
    this.path = path
    this.#layout = layout
    this.#directories = directories(layout, path)
  }

  /**
   * Makes a cgroup with limits, like `mkdir /sys/fs/cgroup/cofferdam/demo` and `echo 32 > .../pids.max`. Nothing is
   * left when it fails.
   *
   * @param name a name below `root`, or a path from the mount points on
   * @param limits by the names of v2's files (`{'memory.max': '64MiB'}`), or OCI's `linux.resources`
   * @throws CofferdamError `ERR_CGROUP_NAME_INVALID`, `ERR_CGROUP_LIMIT_INVALID`, `ERR_CGROUP_UNSUPPORTED` before
   *   anything is touched; `ERR_CGROUP_EXISTS`, `ERR_CGROUP_PERMISSION`, `ERR_CGROUP_CONTROLLER_MISSING`,
   *   `ERR_CGROUP_LIMIT_REFUSED`
   */
  static async create(name: string, limits: CgroupLimits = {}, options: CgroupOptions = {}): Promise<Cgroup> {
    const cgroup = Cgroup.open(name, options)
    await createCgroup(cgroup.#layout, cgroup.path, toResources(limits), options.reuse ?? false)
    return cgroup
  }

  /**
   * A cgroup that exists, perhaps made by another process; nothing is read yet.
   * @throws CofferdamError `ERR_CGROUP_NAME_INVALID`, `ERR_CGROUP_UNAVAILABLE`
   */
  static open(name: string, options: CgroupOptions = {}): Cgroup {
    requireLinux()
    return new Cgroup(options.layout ?? detectLayout(), cgroupPath(name, options.root))
  }

  /**
   * Removes the directories that hold cgroups with plain names, where they are empty: the next {@link Cgroup.create}
   * makes them again. {@link delete} leaves them, since making them costs as much as a cgroup. Never throws for those
   * in use.
   */
  static async prune(options: Pick<CgroupOptions, 'root' | 'layout'> = {}): Promise<void> {
    const path = options.root ?? DEFAULT_ROOT
    const all = directories(options.layout ?? detectLayout(), cgroupPath(path))
    await runSteps(all.map((directory) => ({ kind: 'rmdir', path: directory.path, optional: true })))
  }

  /** The plain names below `root` that have a directory in any hierarchy, like `systemd-cgls` shows them. */
  static list(options: Pick<CgroupOptions, 'root' | 'layout'> = {}): string[] {
    const all = directories(options.layout ?? detectLayout(), cgroupPath(options.root ?? DEFAULT_ROOT))
    return [...new Set(all.flatMap(({ path }) => children(path)))]
  }

  /** How the host has its control groups. */
  get mode(): CgroupLayout['mode'] {
    return this.#layout.mode
  }

  /** The cgroup's directory for each controller, and under `''` the one in the v2 hierarchy. */
  get paths(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.#directories.flatMap(({ hierarchy, path }) =>
        hierarchy.version === 2 ? [['', path]] : hierarchy.controllers.map((name) => [name, path]),
      ),
    )
  }

  /**
   * Opens the way by which a new process gets into it at its birth; `spawn` of @cofferdam/process takes the cgroup and
   * does this.
   * @throws CofferdamError `ERR_CGROUP_NOT_FOUND`, `ERR_CGROUP_PERMISSION`
   */
  openEntry(): Promise<CgroupEntry> {
    return openEntry(this.#directories)
  }

  /**
   * Moves a process that runs, with all its threads, into the cgroup; its children are born there. The kernel makes this
   * wait 5 to 15 ms where nobody has migrated within the last 10 ms; {@link openEntry} is for new processes and does not
   * wait.
   * @throws CofferdamError `ERR_CGROUP_PROCESS_GONE`, `ERR_CGROUP_PERMISSION`, `ERR_CGROUP_BUSY` (v2: the cgroup has
   *   children with controllers)
   */
  join(pid: number): Promise<void> {
    if (!Number.isInteger(pid) || pid < 1)
      throw new CofferdamError('ERR_CGROUP_PROCESS_INVALID', `not a process id: ${String(pid)}`)
    return joinCgroup(this.#directories, pid)
  }

  /**
   * Changes limits; those not named stay.
   * @throws CofferdamError as {@link Cgroup.create}; `ERR_CGROUP_LIMIT_REFUSED` also where `checkBeforeUpdate` finds
   *   more memory in use than the new limit
   */
  async update(limits: CgroupLimits): Promise<void> {
    const resources = toResources(limits)
    const writes = placeWrites(this.#layout, this.#directories, resources)
    const { limit, checkBeforeUpdate } = resources.memory ?? {}
    if (checkBeforeUpdate && limit !== undefined && limit > 0) {
      const current = (await this.stat()).memory?.current ?? 0
      if (current > limit)
        throw new CofferdamError(
          'ERR_CGROUP_LIMIT_REFUSED',
          `rejecting memory limit ${limit} of ${this.path}: ${current} bytes are in use`,
          { path: 'memory.limit', hint: 'without checkBeforeUpdate the kernel would reclaim, then kill' },
        )
    }
    const steps = writes.map(writeStep)
    const error = failure(steps, await runSteps(steps))
    if (error !== undefined) throw error
    const unified = this.#layout.mode === 'v2' ? this.paths[''] : undefined
    if (unified !== undefined && (resources.devices?.length ?? 0) > 0)
      await attachDeviceRules(unified, resources.devices ?? [])
  }

  /** Memory, processor time, processes and block I/O, like `systemd-cgtop`. */
  stat(): Promise<CgroupStat> {
    return readStat(this.#layout, this.#directories)
  }

  /** How often the kernel killed a process here for want of memory; undefined without memory controller. */
  oomKills(): Promise<number | undefined> {
    return readOomKills(this.#layout, this.#directories)
  }

  /** The processes in it, without those of child cgroups. */
  pids(): Promise<number[]> {
    return readPids(this.#layout, this.#directories)
  }

  /** The text of a file, like `memory.stat`; undefined where there is none. */
  read(file: string): Promise<string | undefined> {
    const controller = file.split('.')[0] ?? ''
    if (!/^[\w.]+$/.test(file))
      throw new CofferdamError('ERR_CGROUP_NAME_INVALID', `not a cgroup file: ${file}`)
    return readIfThere(directoryOf(this.#directories, controller, this.#layout.mode) ?? this.paths[''], file)
  }

  /**
   * Stops all processes and resolves when they stand still, like `echo 1 > cgroup.freeze`. An abort thaws again.
   */
  async freeze(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    options.signal?.throwIfAborted()
    await setFrozen(this.#layout, this.#directories, true, options.signal)
  }

  /** Continues what {@link freeze} stopped. */
  async thaw(): Promise<void> {
    await setFrozen(this.#layout, this.#directories, false)
  }

  /** Whether all its processes are stopped. */
  async isFrozen(): Promise<boolean> {
    return isFrozen(this.#layout, this.#directories)
  }

  /** SIGKILL to every process in it and below, frozen ones too; none escapes by forking. */
  kill(): Promise<void> {
    return killCgroup(this.#layout, this.#directories)
  }

  /**
   * Removes it from all hierarchies; idempotent, and no error when another process removed it. Processes in it must
   * have been killed: they are waited for.
   * @throws CofferdamError `ERR_CGROUP_BUSY` after two seconds
   */
  delete(): Promise<void> {
    this.#deleted ??= removeCgroup(this.#directories).catch((error: unknown) => {
      this.#deleted = undefined
      throw error
    })
    return this.#deleted
  }

  /** Kills what is in it and removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#deleted === undefined) await this.kill()
    await this.delete()
  }
}

function children(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    )
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}
