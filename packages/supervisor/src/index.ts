/**
 * Containers that outlive their starter: each has a monitor, a static process of less than 100 kB that keeps its streams,
 * its log and how it ended, and that any process of its owner can speak with.
 * @packageDocumentation
 */
export { startMonitor } from './monitor/start.js'
export { MONITOR_CGROUP } from './monitor/cgroup.js'
export { pruneMonitorCgroup } from './monitor/prune.js'
export type { MonitorLog, MonitorOptions, StartingMonitor } from './monitor/start.js'
export { connect } from './monitor/connect.js'
export type { ConnectOptions } from './monitor/connect.js'
export { Monitor } from './monitor/monitor.js'
export type { Attachment, AttachOptions } from './monitor/attach.js'
export { replay } from './monitor/replay.js'
export { startDetached } from './start-detached.js'
export type { StartDetachedOptions } from './start-detached.js'
export { exitRecord, monitorAlive, waitForExit } from './record.js'
export type { DetachedExit } from './record.js'
export { MONITOR_ABI } from './protocol/config.js'
