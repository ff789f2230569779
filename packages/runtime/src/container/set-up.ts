import { geteuid } from 'node:process'
import { DisposeStack } from '@cofferdam/core'
import { launch, type LaunchedProcess, type LaunchingProcess } from '@cofferdam/process'
import { Barrier } from '../compile/context.js'
import { planWithNetns } from '../compile/cached.js'
import { makesNew } from '../compile/namespaces.js'
import { createStateDirectory, START_FIFO, type StateDirectory } from '../state/directory.js'
import { newId } from '../state/id.js'
import { bootId, readProcessStat } from '@cofferdam/sys'
import { STATE_VERSION, type StateRecord, type Status } from '../state/record.js'
import { stateOf } from '../state/status.js'
import { beginCgroup, type ContainerCgroup } from './cgroup.js'
import { launchFailure } from './failure.js'
import { runHooks } from './hooks.js'
import { openNamespaces } from './namespaces.js'
import type { CreateOptions, RuntimeOptions } from './options.js'
import { closeAll, homeFor } from './root.js'
import { openSource, type Source } from './source.js'
import { openStartFifo } from './start-fifo.js'
import { openStdio, type StdioSetup } from './stdio.js'

/** A container whose process exists. */
export interface SetUp {
  readonly record: StateRecord
  readonly directory: StateDirectory
  readonly cgroup: ContainerCgroup
  readonly stdio: StdioSetup
  readonly terminal: 'stream' | 'fd'
  /** Settles when the program runs, or cannot. */
  readonly launched: Promise<LaunchedProcess>
  /** What the launch has given back at the point of `created`. */
  readonly process: LaunchingProcess | LaunchedProcess
  /** What was asked for and could not be had. */
  readonly warnings: readonly string[]
}

function recordOf(
  id: string,
  source: Source,
  cgroup: ContainerCgroup,
  pid: number,
  created: string,
): StateRecord {
  return {
    version: STATE_VERSION,
    id,
    pid,
    startTime: pid === 0 ? '' : (readProcessStat(pid)?.startTime ?? ''),
    bootId: bootId(),
    bundle: source.bundle,
    rootfs: 'path' in source.rootfs ? source.rootfs.path : '',
    created,
    ...(cgroup.path === undefined ? {} : { cgroup: cgroup.path }),
    spec: source.prepared.spec,
  }
}

/** The record as JSON, without making the specification's text again. */
function recordText(record: StateRecord, specText: string): string {
  const { spec: _, ...rest } = record
  return `${JSON.stringify(rest).slice(0, -1)},"spec":${specText}}`
}

/**
 * Makes a container: state directory, cgroup, namespaces, mounts, the process. With `wait` the process stands before
 * its program until the start FIFO has a byte; without, this resolves when the program runs. A failure at any point
 * leaves nothing behind.
 */
export async function setUp(
  givenId: string | undefined,
  options: CreateOptions,
  runtime: Required<Pick<RuntimeOptions, 'root'>> & RuntimeOptions,
  wait: boolean,
): Promise<SetUp> {
  options.signal?.throwIfAborted()
  const undo = new DisposeStack()
  const after = new DisposeStack()
  try {
    const source = openSource(options)
    after.defer(() => source.close())
    const { spec, text, filter } = source.prepared
    const id = givenId ?? newId()
    const directory = createStateDirectory(runtime.root, id)
    undo.defer(() => directory.remove())
    const cgroup = beginCgroup(spec, id, runtime, options.cgroup)
    undo.defer(() => cgroup.undo())
    after.defer(() => cgroup.close())
    const namespaces = openNamespaces(spec.linux)
    after.defer(() => closeAll(Object.values(namespaces)))
    const stdio = openStdio(
      spec.process?.terminal === true ? (options.tty ?? sizeOf(spec)) : (options.stdio ?? []),
    )
    undo.defer(() => stdio.close())
    const created = new Date().toISOString()
    const state = (status: Status, pid: number) =>
      JSON.stringify({ ...stateOf(recordOf(id, source, cgroup, pid, created), status), pid })
    const access = await cgroup.access
    const fifo = wait ? openStartFifo(directory.join(START_FIFO)) : undefined
    if (fifo !== undefined) after.defer(() => closeAll([fifo]))
    const { plan, warnings } = await planWithNetns(spec, options.netns, {
      id,
      bundle: source.bundle === '' ? '/' : source.bundle,
      rootfs: source.rootfs,
      namespaces,
      cgroup: access,
      stdio: stdio.plan,
      start: fifo === undefined ? 'at-once' : { fd: fifo },
      home: homeFor(source.rootFd, spec.process?.user?.uid, spec.process?.env),
      hookState: state,
      detached: options.detached ?? false,
      init: options.init ?? false,
      fixedGroups: makesNew(spec.linux, 'user') && geteuid?.() !== 0,
      ...(filter === undefined ? {} : { filter }),
      ...(options.extraFds === undefined ? {} : { extraFds: options.extraFds }),
    })
    let record: StateRecord | undefined
    // While the child makes its mounts. Readers find the record only when that is done: before, an exec would see
    // the host's root.
    const stage = (pid: number) => {
      const made = recordOf(id, source, cgroup, pid, created)
      directory.stage(recordText(made, text))
      return made
    }
    let reach: (process: LaunchingProcess) => void
    const reached = new Promise<LaunchingProcess>((resolve) => (reach = resolve))
    const launched = launch(plan, {
      ...(options.spawner === undefined ? {} : { spawner: options.spawner, background: true }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      barriers: {
        [Barrier.createRuntime]: async ({ pid }) => {
          for (const name of ['prestart', 'createRuntime'] as const) {
            await runHooks(name, spec.hooks, () => state('creating', pid), options.signal)
          }
        },
        [Barrier.created]: (process) => {
          directory.commit()
          reach(process)
        },
      },
      onCloned: ({ pid }) => {
        record = stage(pid)
      },
    }).catch((error: unknown) => {
      throw launchFailure(error, spec.process)
    })
    launched.catch(() => {})
    const process = await (wait ? Promise.race([reached, launched]) : launched)
    record ??= stage(process.pid)
    if (!wait) directory.commit()
    await after.close()
    stdio.closeTheirs()
    return {
      record,
      directory,
      cgroup,
      stdio,
      terminal: options.terminal ?? 'stream',
      launched,
      process,
      warnings,
    }
  } catch (error) {
    await after.close().catch(() => {})
    await undo.close().catch(() => {})
    throw error
  }
}

function sizeOf(spec: Source['prepared']['spec']) {
  const size = spec.process?.consoleSize
  return size === undefined ? {} : { columns: size.width, rows: size.height }
}
