/**
 * Start processes in namespaces, cgroups and a rootfs: the launch plan, the spawner and the process's handle.
 * @packageDocumentation
 */
export { MAX_FDS, SLOTS } from './plan/fd.js'
export type { FdRef } from './plan/fd.js'
export { MOUNT_ATTR } from './plan/mount-ops.js'
export type * from './plan/clone.js'
export type * from './plan/mount-ops.js'
export type * from './plan/process-ops.js'
export type * from './plan/flow-ops.js'
export type * from './plan/ops.js'
export { encodePlan, PLAN_ABI } from './plan/encode.js'
export type { EncodedPlan, EncodeOptions } from './plan/encode.js'
export { preparePlan } from './plan/prepared.js'
export type { PreparedPlan } from './plan/prepared.js'
export { describeOp, formatPlan } from './plan/format.js'
export { SpawnerClient } from './spawner/client.js'
export type { LaunchSink } from './spawner/client.js'
export { launch } from './launch/launch.js'
export type { Launchable, LaunchOptions, LaunchingProcess } from './launch/launch.js'
export { LaunchedProcess } from './launch/launched.js'
export type { LaunchFds, LaunchWarning } from './launch/launched.js'
export { exitStatus } from './launch/exit.js'
export type { ExitStatus, WaitStatus } from './launch/exit.js'
export { spawn } from './spawn/spawn.js'
export { pipeStream, stdioPipe, terminalStream } from './spawn/stdio.js'
export { SpawnedProcess } from './spawn/process.js'
export type { ProcessTerminal, SpawnExit } from './spawn/process.js'
export type {
  CapabilitySets,
  NamespaceChoice,
  SpawnCgroup,
  SpawnCgroupEntry,
  SpawnNamespaces,
  SpawnOptions,
  StdioTarget,
} from './spawn/options.js'
