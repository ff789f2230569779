import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { closeQuietly, nobody, type Owner } from '@cofferdam/sys'
import type { Cgroup } from '@cofferdam/cgroups'
import { DisposeStack, isErrno } from '@cofferdam/core'
import { containerArgv, containerEnv, resolveUser } from '@cofferdam/image'
import type { Attachment } from '@cofferdam/network'
import { createSnapshot, openSnapshot, type Snapshot } from '@cofferdam/rootfs'
import { type Container as RuntimeContainer, createCgroup } from '@cofferdam/runtime'
import { despiteDead } from '../container/stop.js'
import { startContainerMonitor } from '../detached/monitor.js'
import type { StoredImage } from '../images/stored.js'
import { randomName } from '../options/names.js'
import { buildSpec, containerResources, specUser } from '../spec/build.js'
import type { StartingMonitor } from '@cofferdam/supervisor'
import type { StoredConfig } from '../state/config.js'
import {
  claimContainer,
  deleteContainer,
  insertContainer,
  markExited,
  reviveContainer,
} from '../state/records.js'
import { type EngineContext, cgroupPath, runDirectory, snapshotDirectory } from './context.js'
import type { Prepared } from './prepare.js'

/** A container that runs, with what has to be undone when it has ended. */
export interface Launched {
  readonly id: string
  readonly name: string
  readonly command: readonly string[]
  readonly runtime: RuntimeContainer
  readonly attachment: Attachment
  readonly snapshot: Snapshot
  /** Of one that outlives this process. */
  readonly monitor?: StartingMonitor
}

/** Choices of a start that are not the container's own. */
export interface StartChoices {
  readonly autoRemove: boolean
  readonly stdio: readonly ('pipe' | 'ignore')[]
  readonly stopSignal: string
  /** With a monitor. */
  readonly detach?: boolean
  /** An ended container is started again, on its changes. */
  readonly again?: boolean
}

/**
 * Makes and starts a container: a row in the database, then snapshot and network at once, then the runtime. All or
 * nothing, or a row by which the next open finds the rest.
 * @throws CofferdamError of the step that failed
 */
export async function launchContainer(
  context: EngineContext,
  image: StoredImage,
  prepared: Prepared,
  choices: StartChoices,
): Promise<Launched> {
  const { id, options } = prepared
  const { signal } = options
  const undo = new DisposeStack()
  let stored = false
  try {
    const network = context.networks.get(prepared.network)
    const config = image.config.config ?? {}
    const command = containerArgv(config, options)
    const resources = containerResources(options)
    const name = await store(context, image, prepared, choices, command)
    stored = true
    // First what others do meanwhile: the network makes a namespace while this thread starts the monitor.
    let own: (owner: Promise<Owner | undefined> | undefined) => void = () => undefined
    const owner = new Promise<Owner | undefined>((resolve) => (own = resolve))
    owner.catch(() => undefined)
    const attaching = network.attach({
      containerId: id,
      hostname: prepared.hostname,
      ports: prepared.ports,
      owner,
      ...(signal === undefined ? {} : { signal }),
    })
    undo.defer(() =>
      attaching.then(
        (attachment) => attachment.detach(),
        () => undefined,
      ),
    )
    attaching.catch(() => undefined)
    const cgroup = createCgroup(cgroupPath(id), resources)
    undo.defer(() => cgroup.then(discardCgroup, () => undefined))
    cgroup.catch(() => undefined)
    const monitoring = choices.detach === true ? startContainerMonitor(context, prepared) : undefined
    undo.defer(() =>
      monitoring?.then(
        (started) => started.close(),
        () => undefined,
      ),
    )
    own(monitoring?.then((monitor) => monitor.owner))
    const layers = { lower: image.layers, volatile: choices.autoRemove }
    const snapshot = (choices.again === true ? openSnapshot : createSnapshot)(
      snapshotDirectory(context, id),
      layers,
    )
    if (choices.again !== true) undo.defer(() => snapshot.remove())
    const rootfs = await snapshot.mount()
    undo.defer(() => closeQuietly(rootfs))
    const user = specUser(await resolveUser(rootfs, options.user ?? config.User ?? ''))
    const monitor = await monitoring
    const netns = attaching.then((attachment) => {
      writeFiles(context, id, attachment)
      return attachment.netns
    })
    netns.catch(() => undefined)
    undo.defer(async () => {
      await netns.catch(() => undefined)
      rmSync(runDirectory(context, id), { recursive: true, force: true })
    })
    const spec = buildSpec({
      id,
      hostname: prepared.hostname,
      config,
      options,
      volumes: prepared.volumes,
      user,
      files: filePaths(context, id),
      network: prepared.network === 'host' ? 'host' : 'new',
      cgroupsPath: cgroupPath(id),
    })
    // On the host's network there is no namespace, and nothing to prepare for one.
    const given = prepared.network === 'host' ? await netns : netns
    const joined = monitor === undefined ? cgroup : monitor.watchMemory(cgroup)
    joined.catch(() => undefined)
    const runtime = await context.runtime.run(id, {
      spec,
      rootfs,
      ...(given === undefined ? {} : { netns: given }),
      bundle: snapshot.directory,
      cgroup: joined,
      ...(monitor === undefined ? {} : { spawner: monitor.spawner }),
      init: options.init ?? false,
      ...(prepared.tty === undefined
        ? { stdio: monitor?.stdio ?? choices.stdio }
        : { tty: prepared.tty, terminal: monitor === undefined ? ('stream' as const) : ('fd' as const) }),
      ...(signal === undefined ? {} : { signal }),
    })
    const attachment = await attaching
    closeQuietly(rootfs)
    undo.move()
    monitor?.started(runtime.pid)
    return { id, name, command, runtime, attachment, snapshot, ...(monitor === undefined ? {} : { monitor }) }
  } catch (error) {
    const [{ status }] = await Promise.allSettled([undo.close()])
    const how = { again: choices.again === true, undone: status === 'fulfilled' }
    if (stored) await takeBack(context, id, how).catch(() => undefined)
    throw error
  }
}

/** Undoes {@link store}. A new row stays, as nobody's, while something else is left: the next open finds that by it. */
async function takeBack(
  context: EngineContext,
  id: string,
  how: { readonly again: boolean; readonly undone: boolean },
): Promise<void> {
  if (how.again) await markExited(context.db, id, notStarted)
  else if (how.undone) await deleteContainer(context.db, id)
  else await claimContainer(context.db, id, context.owner, nobody)
}

/** How a container has ended that could not be started again. */
const notStarted = { exitCode: null, signal: null, oomKilled: undefined, reason: 'start-failed' }

async function discardCgroup(cgroup: Cgroup): Promise<void> {
  await cgroup.kill()
  await cgroup.delete()
}

/** Where the files are that a container gets on its `/etc`, by name. */
function filePaths(context: EngineContext, id: string) {
  const directory = runDirectory(context, id)
  return {
    hostname: `${directory}/hostname`,
    hosts: `${directory}/hosts`,
    'resolv.conf': `${directory}/resolv.conf`,
  }
}

function writeFiles(context: EngineContext, id: string, { files }: Attachment): void {
  const paths = filePaths(context, id)
  mkdirSync(runDirectory(context, id), { mode: 0o700 })
  writeFileSync(paths.hostname, files.hostname, { mode: 0o644 })
  writeFileSync(paths.hosts, files.hosts, { mode: 0o644 })
  writeFileSync(paths['resolv.conf'], files.resolvConf, { mode: 0o644 })
}

async function store(
  context: EngineContext,
  image: StoredImage,
  prepared: Prepared,
  choices: StartChoices,
  command: readonly string[],
): Promise<string> {
  const { env, labels = {} } = prepared.options
  const config: StoredConfig = {
    command,
    labels,
    stopSignal: choices.stopSignal,
    env: containerEnv(image.config.config ?? {}, {
      hostname: prepared.hostname,
      tty: prepared.tty !== undefined,
      ...(env === undefined ? {} : { env }),
    }),
    diffIds: image.diffIds,
    ...(choices.detach === true ? { detached: true } : {}),
    ...(choices.autoRemove ? {} : { origin: { image, options: lasting(prepared.options) } }),
  }
  const row = {
    id: prepared.id,
    config: JSON.stringify(config),
    owner: context.owner,
    ports: prepared.ports
      .filter((port) => port.host !== 0)
      .map((port) => ({ protocol: port.protocol, host_ip: port.hostIp, host_port: port.host })),
  }
  if (choices.again === true) {
    await despiteDead(context, () => reviveContainer(context.db, row))
    return prepared.name as string
  }
  for (let attempt = 0; ; attempt++) {
    const name = prepared.name ?? randomName(attempt)
    try {
      const fresh = { ...row, name, image: image.name, autoRemove: choices.autoRemove }
      await despiteDead(context, () => insertContainer(context.db, fresh, prepared.options.signal))
      return name
    } catch (error) {
      if (prepared.name !== undefined || attempt > 50 || !isErrno(error, 'ERR_NAME_IN_USE')) throw error
    }
  }
}

/** The options that can be stored: all but the abort signal of this start. */
function lasting(options: Prepared['options']): Prepared['options'] {
  const { signal: _, ...rest } = options
  return rest
}
