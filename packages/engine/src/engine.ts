import { join } from 'node:path'
import { Cgroup } from '@cofferdam/cgroups'
import { CofferdamError, isErrno } from '@cofferdam/core'
import { checkPrivileges, requirePrivileges } from '@cofferdam/doctor'
import { Runtime } from '@cofferdam/runtime'
import { pruneMonitorCgroup } from '@cofferdam/supervisor'
import { ownerOf, requireLinux } from '@cofferdam/sys'
import { Container } from './container/container.js'
import { collectLimits, collectProcess } from './container/run.js'
import { despiteDead, settleDead } from './container/stop.js'
import { summaryOf, type StoredAttachment } from './container/summary.js'
import { leaveToMonitor } from './detached/monitor.js'
import { type EngineEvent, type EventsOptions, followEvents } from './events/events.js'
import { type ImageOptions, ImageService, type PullOptions } from './images/service.js'
import type { StoredImage } from './images/stored.js'
import type { EngineContext } from './launch/context.js'
import { prepareContainer, type Prepared } from './launch/prepare.js'
import { abandonContainer, settleContainer } from './launch/settle.js'
import { launchContainer, type Launched, type StartChoices } from './launch/start.js'
import { Networks } from './network/networks.js'
import { checkName } from './options/names.js'
import type { ContainerOptions, RunOptions } from './options/options.js'
import { prune, type Pruned } from './prune.js'
import { type Ready, awaitReady } from './ready.js'
import type { Finding } from './reconcile/finding.js'
import { reconcile } from './reconcile/reconcile.js'
import { stopSignal } from './spec/build.js'
import { StateDatabase } from './state/database.js'
import { configOf } from './state/config.js'
import {
  claimContainer,
  type ContainerRecord,
  findContainer,
  listContainers,
  markRunning,
  notRunning,
  renameContainer,
} from './state/records.js'
import { prepareRoots, resolveRoots } from './state/roots.js'
import type { ContainerSummary, ImageSummary, PullProgress, RunResult } from './types.js'

/** Options of {@link Engine.open}. */
export interface EngineOptions {
  /** Directory of everything; `COFFERDAM_ROOT`, or the system's or user's places, unless given. */
  readonly root?: string
  /** Registries and mirrors. */
  readonly images?: ImageOptions
  /** Open network namespace that plays the host's; this process's unless given. */
  readonly hostNetns?: number
  /** Mends at the opening what a crash or a reboot left inconsistent; true unless given. */
  readonly reconcile?: boolean
}

/** Options of {@link Engine.start}. */
export interface StartOptions extends ContainerOptions {
  /** Resolves the start only when this holds, like `portOpen(5432)`. */
  readonly ready?: Ready
  /** Milliseconds for `ready`; 60 000 unless given. The container is removed when they are over. */
  readonly readyTimeout?: number
  /** Remove it when it has ended; true unless given, of a detached one false. */
  readonly autoRemove?: boolean
  /** It outlives this process, with a monitor that keeps its log and how it ended (like `docker run -d`). */
  readonly detach?: boolean
  /** Told of the pull, where one is needed. */
  readonly onProgress?: (progress: PullProgress) => void
}

/**
 * Runs containers from this process, without a daemon. Several engines, in any number of processes, share a root.
 * What this process starts ends with it, whatever ends it, unless it was started with `detach`.
 */
export class Engine implements AsyncDisposable {
  readonly #context: EngineContext
  readonly #images: ImageService
  readonly #running = new Set<Container>()
  readonly #privileges = checkPrivileges()
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()
  #closed: Promise<void> | undefined

  private constructor(context: EngineContext, images: ImageService) {
    this.#context = context
    this.#images = images
  }

  /**
   * Opens the engine of a root: state, files and kernel are compared, and what processes that died, or a reboot, left
   * inconsistent is mended. What cannot be mended is told by {@link Engine.check}.
   * @throws CofferdamError `ERR_UNSUPPORTED_PLATFORM`, `ERR_STATE`, `ERR_STATE_VERSION`, `ERR_ROOT`
   */
  static async open(options: EngineOptions = {}): Promise<Engine> {
    requireLinux()
    const roots = prepareRoots(resolveRoots(options.root))
    const db = await StateDatabase.open(join(roots.store, 'state.db'))
    const context: EngineContext = {
      roots,
      db,
      runtime: new Runtime({ root: join(roots.run, 'runtime') }),
      networks: new Networks({
        runDir: roots.run,
        pidOf: (key) => runningPid(findContainer(db, key)),
        ...(options.hostNetns === undefined ? {} : { hostNetns: options.hostNetns }),
      }),
      owner: ownerOf(),
    }
    try {
      const images = await ImageService.open(roots, options.images ?? {})
      if (options.reconcile !== false) await reconcile(context, images, { repair: true })
      return new Engine(context, images)
    } catch (error) {
      await db.close()
      throw error
    }
  }

  /** Root directories. */
  get roots(): { readonly store: string; readonly run: string } {
    return this.#context.roots
  }

  /**
   * Fetches an image, unpacking its layers while they arrive.
   * @throws CofferdamError `ERR_INVALID_REFERENCE`, `ERR_REGISTRY_UNREACHABLE`, `ERR_REGISTRY_UNAUTHORIZED`, `ERR_MANIFEST_UNKNOWN`, ...
   */
  async pull(reference: string, options: PullOptions = {}): Promise<ImageSummary> {
    requirePrivileges(this.#privileges, `pull ${reference}`)
    return this.#images.pull(reference, options)
  }

  /** The images of the store. */
  images(): Promise<ImageSummary[]> {
    return this.#images.list()
  }

  /** Removes the name of an image; what no other image needs goes with `prune`. @throws CofferdamError `ERR_IMAGE_NOT_FOUND`, `ERR_IMAGE_IN_USE` */
  async removeImage(reference: string, options: { readonly force?: boolean } = {}): Promise<ImageSummary> {
    const users = listContainers(this.#context.db).filter(
      (record) => record.image === this.#images.familiar(reference),
    )
    if (users[0] !== undefined && options.force !== true) {
      throw new CofferdamError(
        'ERR_IMAGE_IN_USE',
        `image ${reference} is used by container ${users[0].name}`,
        { path: reference, hint: 'remove the container, or force' },
      )
    }
    return this.#images.remove(reference)
  }

  /** Containers, newest first; `all` tells of those that have ended too. */
  list(options: { readonly all?: boolean } = {}): ContainerSummary[] {
    return listContainers(this.#context.db)
      .filter((record) => options.all || record.status === 'running')
      .map(summaryOf)
  }

  /** A container by id, beginning of an id, or name. @throws CofferdamError `ERR_CONTAINER_NOT_FOUND` */
  get(key: string): Container {
    const record = findContainer(this.#context.db, key)
    for (const container of this.#running) if (container.id === record.id) return container
    return new Container(this.#context, record)
  }

  /**
   * Runs a command in a new container, collects its output and removes it: `engine.run('alpine', ['ls'])`.
   * @throws ContainerExitError when it fails, unless `reject` is false; CofferdamError when it cannot run
   */
  run(reference: string, command?: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return this.#whileOpen(options.signal, (signal) => this.#run(reference, command, { ...options, signal }))
  }

  async #run(
    reference: string,
    command: readonly string[] | undefined,
    options: RunOptions,
  ): Promise<RunResult> {
    const started = performance.now()
    const limits = collectLimits(options)
    const prepared = prepareContainer({ ...options, ...(command === undefined ? {} : { command }) })
    requirePrivileges(this.#privileges, `run ${reference}`)
    const choices = { autoRemove: true, stdin: options.input !== undefined }
    const start = (image: StoredImage) => this.#launch(image, prepared, choices)
    const launched = await this.#images.use(reference, options, start)
    const { runtime } = launched
    const settled = (drain: Promise<unknown>) =>
      settleContainer(this.#context, launched, { remove: true, drain })
    return collectProcess(
      {
        ...runtime.streams,
        stdout: runtime.tty ?? runtime.streams.stdout,
        exited: runtime.exited,
        kill: (signal) => runtime.kill(signal),
      },
      { command: launched.command, started, settled },
      options,
      limits,
    )
  }

  /** Starts a service in a new container. @throws CofferdamError when it cannot run or does not get ready */
  start(reference: string, options: StartOptions = {}): Promise<Container> {
    return this.#whileOpen(options.signal, (signal) => this.#start(reference, { ...options, signal }))
  }

  async #start(reference: string, options: StartOptions): Promise<Container> {
    const prepared = prepareContainer(options)
    const detach = options.detach ?? false
    const autoRemove = options.autoRemove ?? !detach
    requirePrivileges(this.#privileges, `run ${reference}`)
    const choices = { autoRemove, stdin: options.stdin ?? false, detach }
    const start = (image: StoredImage) => this.#launch(image, prepared, choices)
    const launched = await this.#images.use(reference, options, start)
    const container = detach
      ? new Container(this.#context, launched)
      : new Container(this.#context, launched, launched, autoRemove)
    if (!detach) this.#keep(container)
    if (options.ready !== undefined) {
      try {
        await awaitReady(container, options.ready, options.readyTimeout ?? 60_000, options.signal)
      } catch (error) {
        await container.remove({ force: true }).catch(() => undefined)
        throw error
      }
    }
    return container
  }

  /**
   * Starts an ended container again, on its changes, with a monitor (like `docker start`).
   * @throws CofferdamError `ERR_CONTAINER_NOT_FOUND`, `ERR_CONTAINER_STATUS`, `ERR_PORT_IN_USE`, those of a start
   */
  restart(key: string): Promise<Container> {
    return this.#whileOpen(undefined, (signal) => this.#restart(key, signal))
  }

  async #restart(key: string, signal: AbortSignal): Promise<Container> {
    requirePrivileges(this.#privileges, `start ${key}`)
    const seen = findContainer(this.#context.db, key)
    if (seen.status !== 'exited') await settleDead(this.#context, seen.id)
    const record = findContainer(this.#context.db, seen.id)
    const { origin } = configOf(record)
    if (record.status !== 'exited' || origin === undefined) {
      throw new CofferdamError('ERR_CONTAINER_STATUS', `container ${record.name} has not ended`, {
        path: record.id,
        hint: 'stop it first',
      })
    }
    const prepared = prepareContainer({ ...origin.options, name: record.name, signal }, record.id)
    const launched = await this.#launch(origin.image, prepared, {
      autoRemove: record.auto_remove === 1,
      stdin: origin.options.stdin ?? false,
      detach: true,
      again: true,
    })
    return new Container(this.#context, launched)
  }

  /** Gives a container another name. @throws CofferdamError `ERR_CONTAINER_NOT_FOUND`, `ERR_INVALID_NAME`, `ERR_NAME_IN_USE` */
  async rename(key: string, name: string): Promise<void> {
    const { id } = findContainer(this.#context.db, key)
    await despiteDead(this.#context, () => renameContainer(this.#context.db, id, checkName(name)))
  }

  /** What happens to containers, whichever process does it, until `until` or for ever (like `docker events`). */
  events(options: EventsOptions = {}): AsyncGenerator<EngineEvent> {
    return followEvents(this.#context, options)
  }

  /** Removes ended containers and what no image needs; with `images`, images no container uses. */
  prune(options: { readonly images?: boolean } = {}): Promise<Pruned> {
    return prune(this.#context, this.#images, options.images ?? false)
  }

  /**
   * Compares containers, files, networks and images with each other and with the kernel; `repair` mends what can be
   * mended. Open with `reconcile: false` to see what opening would mend.
   */
  check(options: { readonly repair?: boolean } = {}): Promise<Finding[]> {
    return reconcile(this.#context, this.#images, { repair: options.repair ?? false, deep: true })
  }

  /** Stops what this engine started, or is starting, and closes it. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  /** {@link Engine.close}, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#closing.abort(closedError())
    await Promise.allSettled(this.#underWay)
    await Promise.allSettled([...this.#running].map((container) => container[Symbol.asyncDispose]()))
    await this.#context.networks.close()
    await this.#images.close()
    await this.#context.db.close()
    await Promise.all([Cgroup.prune(), pruneMonitorCgroup()])
  }

  /** Does what {@link Engine.close} ends and waits for; its signal aborts then too. */
  async #whileOpen<T>(signal: AbortSignal | undefined, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const closing = this.#closing.signal
    closing.throwIfAborted()
    const work = act(AbortSignal.any(signal === undefined ? [closing] : [closing, signal]))
    this.#underWay.add(work)
    try {
      return await work
    } catch (error) {
      throw closing.aborted && !isErrno(error, 'ERR_CONTAINER_EXIT') ? closedError(error) : error
    } finally {
      this.#underWay.delete(work)
    }
  }

  #keep(container: Container): void {
    this.#running.add(container)
    container
      .finished()
      .finally(() => this.#running.delete(container))
      .catch(() => undefined)
  }

  async #launch(
    image: StoredImage,
    prepared: Prepared,
    choices: Omit<StartChoices, 'stopSignal' | 'stdio'> & { readonly stdin: boolean },
  ): Promise<Launched> {
    const signal = stopSignal(prepared.options.stopSignal, image.config.config ?? {})
    const { stdin, ...rest } = choices
    const launched = await launchContainer(this.#context, image, prepared, {
      ...rest,
      stopSignal: signal,
      stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    })
    const { monitor, runtime } = launched
    const { ports, address } = launched.attachment
    const attachment: StoredAttachment = { address, ports }
    const owner = monitor?.owner ?? this.#context.owner
    let ours = true
    try {
      await markRunning(this.#context.db, launched.id, runtime.pid, JSON.stringify(attachment), owner)
      ours = monitor === undefined
      if (monitor !== undefined) await leaveToMonitor(monitor, launched.attachment, runtime.ptyFd)
    } catch (error) {
      // While the monitor lives the row is its, and nobody else's to take.
      const claim = () => claimContainer(this.#context.db, launched.id, owner, this.#context.owner)
      ours ||= (await claim().catch(() => undefined)) !== undefined
      await abandonContainer(this.#context, launched, { ours, remove: choices.again !== true }).catch(
        () => {},
      )
      throw error
    }
    return launched
  }
}

function runningPid(record: ContainerRecord): number {
  if (record.pid !== null) return record.pid
  throw notRunning(record)
}

function closedError(cause?: unknown): CofferdamError {
  return new CofferdamError('ERR_ENGINE_CLOSED', 'the engine is closed', { cause })
}
