import { closeSync, constants as fsConstants, openSync, readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import type { ReadStream } from 'node:tty'
import { CofferdamError, DisposeStack } from '@cofferdam/core'
import type { Cgroup, CgroupEntry } from '@cofferdam/cgroups'
import { validateProcess } from '@cofferdam/oci-spec'
import {
  type CloneSection,
  launch,
  type LaunchedProcess,
  type LaunchPlan,
  type NamespaceKind,
  type Op,
  type SpawnerClient,
  terminalStream,
} from '@cofferdam/process'
import { O_PATH, setWindowSize } from '@cofferdam/sys'
import { compileSeccomp } from '@cofferdam/security'
import type { StdioPlan } from '../compile/context.js'
import { processSection } from '../compile/process.js'
import { capabilityProblems, processProblems } from '../spec/process.js'
import type { Linux, Process } from '../spec/types.js'
import type { StateRecord } from '../state/record.js'
import { launchFailure } from './failure.js'
import { openProcess } from './identity.js'
import { closeAll, homeFor } from './root.js'
import { openStdio, type StdioEntry, type TtyOptions } from './stdio.js'

/** What is run in a container that runs; what is left out is as for its first process. */
export interface ExecOptions {
  /** `NAME=value` each. */
  readonly env?: readonly string[]
  /** Working directory, in the container. */
  readonly cwd?: string
  /** Numeric ids. */
  readonly user?: Process['user']
  readonly capabilities?: Process['capabilities']
  readonly noNewPrivileges?: boolean
  readonly apparmorProfile?: string
  readonly selinuxLabel?: string
  readonly rlimits?: Process['rlimits']
  /** A pseudo-terminal instead of `stdio`. */
  readonly terminal?: boolean
  /** Where its standard streams lead. */
  readonly stdio?: readonly StdioEntry[]
  /** Size of the terminal. */
  readonly tty?: TtyOptions
  /** `fd`: the terminal's master is only kept as a descriptor, to be handed to someone else. */
  readonly terminalAs?: 'stream' | 'fd'
  /** Descriptors it gets from 3 on. */
  readonly extraFds?: readonly number[]
  /** Outlives this process. */
  readonly detached?: boolean
  /** Who starts it and is its parent; see `CreateOptions`. */
  readonly spawner?: SpawnerClient
  readonly signal?: AbortSignal
}

/** A process that was executed in a container. */
export interface ExecProcess {
  readonly process: LaunchedProcess
  readonly streams: { readonly stdin?: Writable; readonly stdout?: Readable; readonly stderr?: Readable }
  /** Its pseudo-terminal, both directions. */
  readonly tty?: ReadStream
  /** Changes the size of its terminal. */
  resize(columns: number, rows: number): void
}

const own: readonly NamespaceKind[] = ['user', 'mount', 'pid', 'network', 'ipc', 'uts', 'cgroup', 'time']
const byIntermediate = new Set<NamespaceKind>(['user', 'pid', 'time'])

/** True in a user namespace that an ordinary user made. */
function hasFixedGroups(pid: number): boolean {
  return readFileSync(`/proc/${pid}/setgroups`, 'utf8').startsWith('deny')
}

/** The launch plan of an exec: `pidfd` is the container's first process, `cgroup` the way into its cgroup. */
export function execPlan(
  linux: Linux,
  process: Process,
  context: {
    readonly pidfd: number
    readonly cgroup?: Pick<CgroupEntry, 'fd' | 'tasks'>
    readonly stdio: StdioPlan
    readonly home: string
    readonly fixedGroups?: boolean
    readonly extraFds?: readonly number[]
    readonly detached?: boolean
  },
): LaunchPlan {
  const kinds = own.filter((kind) => linux.namespaces?.some(({ type }) => type === kind))
  const section = processSection(process, {
    home: context.home,
    fixedGroups: context.fixedGroups ?? false,
    ...(linux.seccomp === undefined ? {} : { filter: compileSeccomp(linux.seccomp) }),
    ...(linux.personality === undefined ? {} : { personality: linux.personality }),
  })
  const clone: CloneSection = {
    join: kinds.filter((kind) => byIntermediate.has(kind)).map((kind) => ({ kind, fd: context.pidfd })),
    ...(context.cgroup?.fd === undefined ? {} : { cgroup: context.cgroup.fd }),
  }
  const tasks = context.cgroup?.tasks ?? []
  const entered = kinds.filter((kind) => !byIntermediate.has(kind))
  // The mount namespace last: after it /proc is the container's.
  const order = [...entered.filter((kind) => kind !== 'mount'), ...entered.filter((kind) => kind === 'mount')]
  const { stdio } = context
  return {
    clone,
    ops: [
      ...(tasks.length === 0 ? [] : [{ op: 'joinCgroups', tasks } as const]),
      ...order.map((kind): Op => ({ op: 'setns', kind, fd: context.pidfd })),
      { op: 'setsid' },
      stdio.kind === 'fds'
        ? { op: 'stdio', fds: [...stdio.fds, ...(context.extraFds ?? [])] }
        : {
            op: 'pty',
            ...(stdio.columns === undefined ? {} : { columns: stdio.columns }),
            ...(stdio.rows === undefined ? {} : { rows: stdio.rows }),
            ...(process.user?.uid === undefined ? {} : { uid: process.user.uid }),
          },
      ...section.limits,
      ...section.privileges,
    ],
    exec: section.exec,
    ...(context.detached === true ? { detached: true } : {}),
  }
}

function processOf(record: StateRecord, args: readonly string[], options: ExecOptions): Process {
  const first = record.spec.process ?? { cwd: '/' }
  const { scheduler: _s, ioPriority: _i, consoleSize: _c, ...inherited } = first
  const process: Process = {
    ...inherited,
    args: [...args],
    terminal: options.terminal ?? false,
    ...(options.env === undefined ? {} : { env: [...options.env] }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.capabilities === undefined ? {} : { capabilities: options.capabilities }),
    ...(options.noNewPrivileges === undefined ? {} : { noNewPrivileges: options.noNewPrivileges }),
    ...(options.apparmorProfile === undefined ? {} : { apparmorProfile: options.apparmorProfile }),
    ...(options.selinuxLabel === undefined ? {} : { selinuxLabel: options.selinuxLabel }),
    ...(options.rlimits === undefined ? {} : { rlimits: options.rlimits }),
  }
  validateProcess(process)
  const problems = [...processProblems(process, 'process'), ...capabilityProblems(process.capabilities)]
  if (problems.length > 0) {
    throw new CofferdamError('ERR_INVALID_SPEC', `invalid process: ${problems.join('; ')}`)
  }
  return process
}

/**
 * Runs a program in a container: its namespaces, cgroup, root, capabilities and filter, like `runc exec`.
 * @throws CofferdamError `ERR_CONTAINER_STATUS` when it has ended; `ERR_INVALID_SPEC`; those of a launch
 */
export async function execIn(
  record: StateRecord,
  cgroup: Cgroup | undefined,
  args: readonly string[],
  options: ExecOptions,
): Promise<ExecProcess> {
  const process = processOf(record, args, options)
  await using after = new DisposeStack()
  const pidfd = openProcess(record)
  if (pidfd === undefined) {
    throw new CofferdamError('ERR_CONTAINER_STATUS', 'cannot exec in a container that has stopped', {
      path: record.id,
    })
  }
  after.defer(() => closeAll([pidfd]))
  const root = openSync(`/proc/${record.pid}/root`, O_PATH | fsConstants.O_DIRECTORY)
  after.defer(() => closeSync(root))
  const stdio = openStdio(process.terminal === true ? (options.tty ?? {}) : (options.stdio ?? []))
  try {
    const entry = await cgroup?.openEntry()
    after.defer(() => entry?.close())
    const plan = execPlan(record.spec.linux ?? {}, process, {
      pidfd,
      stdio: stdio.plan,
      home: homeFor(root, process.user?.uid, process.env),
      ...(entry === undefined ? {} : { cgroup: entry }),
      ...(options.extraFds === undefined ? {} : { extraFds: options.extraFds }),
      fixedGroups: hasFixedGroups(record.pid),
      detached: options.detached ?? false,
    })
    const launched = await launch(plan, {
      ...(options.spawner === undefined ? {} : { spawner: options.spawner }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    stdio.closeTheirs()
    const { pty } = launched.fds
    return {
      process: launched,
      streams: stdio.streams(),
      ...(pty === undefined || options.terminalAs === 'fd' ? {} : { tty: terminalStream(pty) }),
      resize(columns, rows) {
        if (pty !== undefined) setWindowSize(pty, columns, rows)
      },
    }
  } catch (error) {
    stdio.close()
    throw launchFailure(error, process)
  }
}
